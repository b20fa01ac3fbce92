import { judge } from '../../../results/compare/judge.ts';
import { drawRecords } from '../family.ts';
import { count, neverNarrow } from '../simulate.ts';
import type { Study } from '../study.ts';

/** What is promised for a family of 20, and what comes of it for a large one. */
const cases = [
  { n: 12, metrics: 20, atLeast: 0.8 },
  { n: 20, metrics: 20, atLeast: 0.9 },
  { n: 12, metrics: 60 },
  { n: 20, metrics: 60 },
];

export const power: Study = {
  id: 'power',
  question: 'How often does compare find that one metric is slower by 10 %?',
  run: ({ trials, seed }) =>
    cases.map(({ n, metrics, ...bound }) => {
      const options = { alpha: 0.05, minEffect: 0.05, seed };
      const happened = count(trials, seed, (random) => {
        const family = drawRecords({ noise: 'normal', metrics, n, factor: 1.1 }, random);
        return judge(family, options, neverNarrow)[0]?.verdict === 'regression';
      });
      const title = `compare, one of ${metrics} metrics slower by 10 %, CV 5 %, n = ${n}: found`;
      return { title, happened, trials, ...bound };
    }),
};
