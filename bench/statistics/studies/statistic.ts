import type { Random } from '../../../core/random.ts';
import type { Pair } from '../../../results/compare/comparison.ts';
import { permutationTests } from '../../../results/statistics/permutation.ts';
import { drawRecords } from '../family.ts';
import type { NoiseId } from '../noise.ts';
import { count } from '../simulate.ts';
import type { Rate, Study } from '../study.ts';

const N = 12;
const RESAMPLES = 1_999;

/** As strict as for the first of a family of 20. */
const LEVEL = 0.05 / 20;

/** What might be compared in the place of rank sums: the middle of each side, given its values in ascending order. */
const rivals: Record<string, (sorted: Float64Array) => number> = {
  'difference of medians': (sorted) => meanOf(sorted.subarray(N / 2 - 1, N / 2 + 1)),
  'difference of means, a sixth trimmed at either end': (sorted) => meanOf(sorted.subarray(2, N - 2)),
};

const cases: readonly { noise: NoiseId; factor: number }[] = [
  { noise: 'normal', factor: 1.1 },
  { noise: 'log-normal', factor: 1.45 },
  { noise: 'heavy-tailed', factor: 1.15 },
];

export const statistic: Study = {
  id: 'statistic',
  question: 'Which statistic finds a slower metric most often, as one of 20?',
  run: ({ trials, seed }) =>
    cases.flatMap(({ noise, factor }): Rate[] => {
      const share = (title: string, pOf: (pair: Pair, random: Random) => number): Rate => ({
        title: `${noise}, slower by ${Math.round((factor - 1) * 100)} %, n = ${N}: found by ${title}`,
        trials,
        happened: count(trials, seed, (random) => {
          const [pair] = drawRecords({ noise, metrics: 1, n: N, factor }, random);
          return pair !== undefined && pOf(pair, random) <= LEVEL;
        }),
      });
      return [
        share('rank sum', (pair) => permutationTests([pair], { seed })[0] ?? NaN),
        ...Object.entries(rivals).map(([title, middle]) =>
          share(title, (pair, random) => rivalP(pair, middle, random)),
        ),
      ];
    }),
};

function rivalP({ base, next }: Pair, middle: (sorted: Float64Array) => number, random: Random): number {
  const pooled = Float64Array.from([...base, ...next]);
  const difference = (): number =>
    Math.abs(middle(pooled.slice(0, N).sort()) - middle(pooled.slice(N).sort()));
  const observed = difference();
  let asExtreme = 0;
  for (let draw = 0; draw < RESAMPLES; draw += 1) {
    for (let place = 0; place < N; place += 1) {
      const pick = place + random.below(pooled.length - place);
      const value = pooled[pick] ?? NaN;
      pooled[pick] = pooled[place] ?? NaN;
      pooled[place] = value;
    }
    if (difference() >= observed) asExtreme += 1;
  }
  return (1 + asExtreme) / (1 + RESAMPLES);
}

function meanOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
