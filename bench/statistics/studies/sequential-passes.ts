import { decide } from '../../../results/compare/sequential.ts';
import { drawRun } from '../family.ts';
import { alwaysNarrow, count } from '../simulate.ts';
import type { Study } from '../study.ts';

const ROUNDS = 40;

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
