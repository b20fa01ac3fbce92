import { decide } from '../../../results/compare/sequential.ts';
import { quantile } from '../../../results/statistics/quantile.ts';
import { drawRun } from '../family.ts';
import type { NoiseId } from '../noise.ts';
import { count, neverNarrow } from '../simulate.ts';
import type { Study } from '../study.ts';

const METRICS = 20;
const ROUNDS = 40;

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
