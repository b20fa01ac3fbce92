import type { RunRecord, Sample } from '../../results/record.ts';
import { plainBlock, plainLine } from '../../core/text.ts';
import type { Context } from '../../results/tables/context.ts';
import { shortName, type RuntimeView } from '../../results/tables/runtimes.ts';

/** A page is not a log: the record has them all. */
const SHOWN_FAILURES = 50;

export interface FailureList {
  boots: { runtime: RuntimeView; begun: number; failed: number }[];
  shown: Failure[];
  /** How many more there are. */
  hidden: number;
}

/** One boot that went wrong, with what its console said last. */
export interface Failure {
  boot: string;
  /** As `shortName` has it: the list begins with the whole mark. */
  runtime: string;
  /** `round 2`, `warm-up round 1 (not counted)` */
  when: string;
  outcome: Sample['outcome'];
  scenarios: string[];
  code: string;
  message: string;
  hint?: string;
  /** The end of the console log, as plain text. */
  consoleTail?: string;
}

export function failuresOf({ record, summary, runtimes }: Context): FailureList {
  const failures = [...groupByBoot(record).values()].map((samples) => failureOf(samples, runtimes));
  return {
    boots: summary.boots.flatMap(({ runtime: id, begun, failed }) => {
      const runtime = runtimes.find((known) => known.id === id);
      return runtime === undefined ? [] : [{ runtime, begun, failed }];
    }),
    shown: failures.slice(0, SHOWN_FAILURES),
    hidden: Math.max(0, failures.length - SHOWN_FAILURES),
  };
}

/** Scenarios share boots: one failed boot fails the samples of all its scenarios alike. */
function groupByBoot(record: RunRecord): Map<string, [Sample, ...Sample[]]> {
  const groups = new Map<string, [Sample, ...Sample[]]>();
  for (const sample of record.samples) {
    if (sample.outcome === 'ok') continue;
    const key = JSON.stringify([sample.boot, sample.runtime, sample.error?.code, sample.error?.message]);
    const group = groups.get(key);
    if (group) group.push(sample);
    else groups.set(key, [sample]);
  }
  return groups;
}

function failureOf(samples: readonly [Sample, ...Sample[]], runtimes: readonly RuntimeView[]): Failure {
  const [sample] = samples;
  const runtime = runtimes.find((known) => known.id === sample.runtime);
  const { error } = sample;
  const consoleTail = error?.consoleTail && plainBlock(error.consoleTail);
  return {
    boot: plainLine(sample.boot, 60),
    runtime: runtime === undefined ? plainLine(sample.runtime, 60) : shortName(runtime),
    when: sample.phase === 'warmup' ? `warm-up round ${sample.round} (not counted)` : `round ${sample.round}`,
    outcome: sample.outcome,
    scenarios: samples.map(({ scenario }) => plainLine(scenario, 40)),
    code: plainLine(error?.code ?? 'unknown', 60),
    message: plainLine(error?.message ?? 'the record does not say why'),
    ...(error?.hint === undefined ? {} : { hint: plainLine(error.hint) }),
    ...(consoleTail === undefined || consoleTail === '' ? {} : { consoleTail }),
  };
}
