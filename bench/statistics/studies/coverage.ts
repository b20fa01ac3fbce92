import { createBootstrap } from '../../../results/statistics/bootstrap.ts';
import { drawBoot, noises, type NoiseId } from '../noise.ts';
import { count } from '../simulate.ts';
import type { Study } from '../study.ts';

const TRUE_RATIO = 1.1;

const cases: readonly { noise: NoiseId; n: number }[] = [
  { noise: 'normal', n: 12 },
  { noise: 'normal', n: 20 },
  { noise: 'log-normal', n: 12 },
  { noise: 'log-normal', n: 20 },
];

export const coverage: readonly Study[] = cases.map(({ noise, n }) => ({
  id: `coverage-${noise}-${n}`,
  question: `How often does the 95 % interval of NEW over BASE hold the true ratio? n = ${n} a side, noise: ${noises[noise]}`,
  run: ({ coverageTrials: trials, seed }) => {
    const bootstrap = createBootstrap(seed);
    const happened = count(trials, seed, (random) => {
      const side = (level: number): number[] =>
        Array.from({ length: n }, () => level * (drawBoot(noise, 1, random)[0] ?? NaN));
      const interval = bootstrap.ratio(side(TRUE_RATIO), side(1));
      return interval !== undefined && interval.low <= TRUE_RATIO && TRUE_RATIO <= interval.high;
    });
    const title = `interval of NEW over BASE, ${noise}, n = ${n}: holds the true ratio`;
    return [{ title, happened, trials, atLeast: 0.935, atMost: 0.965 }];
  },
}));
