import { geometricMean, mean } from 'simple-statistics';
import type { ContentionRound } from '../harness/contract/fleet-readings.ts';
import { createMeasured, defineScenario, metric } from '../harness/contract/scenario.ts';
import { stressors, type Stressor } from '../harness/parse/stress.ts';
import { operations, type Operation, type WorkFigures } from '../harness/parse/work.ts';
import type { Metric } from '../results/record.ts';

/** What the stressed instance does, within its own limits. */
const titles: Record<Stressor, { title: string; what: string }> = {
  cpu: { title: 'CPU', what: 'calculates on every CPU that it has' },
  memory: {
    title: 'memory',
    what: 'writes a fifth more memory than it has, until the kernel kills and it begins anew',
  },
  disk: { title: 'disk', what: 'writes and syncs files of 16 MiB, one for each CPU, and removes them' },
  processes: {
    title: 'process table',
    what: 'keeps 250 processes for each CPU and forks others as fast as it can',
  },
  network: {
    title: 'network',
    what: 'sends packets to itself over 127.0.0.1: instances have no other network',
  },
  timers: { title: 'timers', what: 'sleeps the shortest sleeps that there are, on every CPU that it has' },
};

function overall(stressor: Stressor): Metric {
  const { title, what } = titles[stressor];
  return metric(
    `contention.${stressor}`,
    'ratio',
    'headline',
    `Slow-down beside ${title}`,
    `How many times as long an instance works while its neighbour ${what}. The geometric mean over the operations of ` +
      '`work`: of each the mean of nine batches, over the same beside an idle neighbour, just before and just after. 1 is ' +
      'no slow-down.',
  );
}

function ofOperation(stressor: Stressor): Metric[] {
  return operations.map((operation) =>
    metric(
      `beside-${stressor}.${operation}`,
      'ratio',
      'detail',
      `${operation} beside ${titles[stressor].title}`,
      `The operation ${operation} of \`work\` alone: as contention.${stressor}.`,
    ),
  );
}

export const contention = defineScenario({
  id: 'contention',
  title: 'Contention',
  question: 'How much slower is an instance while its neighbour stresses its own limits?',
  needs: ['contention'],
  takes: ['reserveBytes', 'raiseLimits'],
  metrics: [...stressors.map(overall), ...stressors.flatMap(ofOperation)],

  measure({ contention: reading }) {
    const measured = createMeasured();
    if (reading === undefined) return measured;
    for (const stressor of stressors) {
      const round = reading.rounds.find((candidate) => candidate.stressor === stressor);
      const slowdowns = operations.map((operation) => [operation, slowdownOf(round, operation)] as const);
      for (const [operation, slowdown] of slowdowns) {
        measured.put(`beside-${stressor}.${operation}`, slowdown, reasonOf(round, operation));
      }
      const known = slowdowns.flatMap(([, slowdown]) => slowdown ?? []);
      // Of fewer operations it would be another figure.
      const missing = slowdowns.find(([, slowdown]) => slowdown === undefined)?.[0];
      measured.put(
        `contention.${stressor}`,
        missing === undefined ? geometricMean(known) : undefined,
        missing === undefined ? '' : reasonOf(round, missing),
      );
    }
    const rounds = reading.rounds.map(({ stressor, done, stressorCpus, reason }) => ({
      stressor,
      ...done,
      stressorCpus,
      reason,
    }));
    Object.assign(measured.details, { rounds });
    return measured;
  },
});

function slowdownOf(round: ContentionRound | undefined, operation: Operation): number | undefined {
  const stressedNs = round?.stressed && meanNs(round.stressed, operation);
  const quietNs = meanOf((round?.quiet ?? []).flatMap((figures) => meanNs(figures, operation) ?? []));
  return stressedNs === undefined || quietNs === undefined ? undefined : stressedNs / quietNs;
}

/** All batches count: to be held up now and then is what a noisy neighbour does. */
function meanNs({ times }: WorkFigures, operation: Operation): number | undefined {
  const found = times[operation];
  return 'batchesNs' in found ? meanOf(found.batchesNs) : undefined;
}

function meanOf(values: number[]): number | undefined {
  return values.length === 0 ? undefined : mean(values);
}

function reasonOf(round: ContentionRound | undefined, operation: Operation): string {
  if (round === undefined) return 'the series ended before it';
  const { stressed, quiet, reason } = round;
  if (stressed === undefined || quiet.length === 0) return reason ?? 'it was not timed';
  const failed = [stressed, ...quiet].map(({ times }) => times[operation]).find((found) => 'reason' in found);
  return failed !== undefined && 'reason' in failed ? failed.reason : 'it was not timed';
}
