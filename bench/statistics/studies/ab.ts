import { decide } from '../../../results/compare/sequential.ts';
import { drawRun } from '../family.ts';
import { noises, type NoiseId } from '../noise.ts';
import { alwaysNarrow, count, isAlarm, neverNarrow } from '../simulate.ts';
import type { Study } from '../study.ts';
import { quantile } from '../../../results/statistics/quantile.ts';

const METRICS = 20;
const ROUNDS = 40;

/** Both sides of a run share its level: how far that is off makes no difference. */
const kinds = (Object.keys(noises) as NoiseId[]).filter((noise) => noise !== 'wandering');

/**
 * `ab` of two equal things to its last round: whether any metric raises an alarm at any look. Without a minimum effect,
 * which would only hide some.
 */
export const sequentialAlarms: readonly Study[] = kinds.map((noise) => ({
  id: `sequential-alarms-${noise}`,
  question: `How often does ab, at any look, call any of ${METRICS} equal metrics changed? Noise: ${noises[noise]}`,
  run: ({ trials, seed }) => {
    const options = { alpha: 0.05, minEffect: 0, seed, round: ROUNDS, maxRounds: ROUNDS };
    const happened = count(trials, seed, (random) =>
      decide(drawRun({ noise, metrics: METRICS, n: ROUNDS }, random), options, neverNarrow).judgements.some(
        isAlarm,
      ),
    );
    const title = `ab, A/A, ${noise}, ${METRICS} metrics, all looks of ${ROUNDS} rounds, minimum effect 0 %`;
    return [{ title, happened, trials, atMost: 0.05 }];
  },
}));

export const sequentialPasses: Study = {
  id: 'sequential-passes',
  question: 'How often does ab, at any look, pass a metric that changed by the minimum effect?',
  run: ({ trials, seed }) =>
    [1.05, 0.95].map((factor) => {
      const options = { alpha: 0.05, minEffect: 0.05, seed, round: ROUNDS, maxRounds: ROUNDS };
      const happened = count(trials, seed, (random) => {
        const run = drawRun({ noise: 'normal', metrics: 1, n: ROUNDS, factor }, random);
        return decide(run, options, alwaysNarrow).judgements[0]?.verdict === 'pass';
      });
      const title = `ab, ${factor > 1 ? 'slower' : 'faster'} by just the minimum effect of 5 %: passes at any of the looks`;
      return { title, happened, trials, atMost: 0.025 };
    }),
};

const cases: readonly { noise: NoiseId; percent: number; within: number; atLeast?: number }[] = [
  { noise: 'normal', percent: 45, within: 12, atLeast: 0.95 },
  { noise: 'drifting', percent: 45, within: 12, atLeast: 0.95 },
  { noise: 'heavy-tailed', percent: 45, within: 12 },
  { noise: 'normal', percent: 10, within: 20 },
  { noise: 'normal', percent: 10, within: 32, atLeast: 0.9 },
  { noise: 'drifting', percent: 10, within: 32, atLeast: 0.9 },
];

export const sequentialPower: Study = {
  id: 'sequential-power',
  question: 'After how many rounds does ab find that one metric is slower?',
  run: ({ trials, seed }) =>
    cases.map(({ noise, percent, within, ...bound }) => {
      const options = { alpha: 0.05, minEffect: 0.05, seed, round: within, maxRounds: ROUNDS };
      const foundAt: number[] = [];
      const happened = count(trials, seed, (random) => {
        const run = drawRun({ noise, metrics: METRICS, n: within, factor: 1 + percent / 100 }, random);
        const [judgement] = decide(run, options, neverNarrow).judgements;
        const at = judgement?.verdict === 'regression' ? (judgement.decidedAt ?? NaN) : Infinity;
        foundAt.push(at);
        return Number.isFinite(at);
      });
      return {
        title: `ab, one of ${METRICS} metrics slower by ${percent} %, ${noise}: found by round ${within} of ${ROUNDS}`,
        happened,
        trials,
        ...bound,
        remark: `half of all by round ${quantile(foundAt, 0.5)}`,
      };
    }),
};
