import { RESAMPLES } from './bootstrap.ts';
import { countSums, distanceOf, rankSum, type RankSum } from './ranks.ts';
import { sampledPs } from './sampled-permutation.ts';

/** Two independent sets of finite numbers, one each at least. */
export interface Sides {
  base: readonly number[];
  next: readonly number[];
}

export interface PermutationTestOptions {
  /** Of the sampled permutations. */
  seed: number;
  /** How many are sampled where not all are counted. */
  resamples?: number;
}

/**
 * The most steps that counting all permutations may take: a few milliseconds. Enough for 31 values a side, or for 13
 * and 100.
 */
const COUNTABLE_STEPS = 2e6;

/**
 * The p of each pair, two-sided: how likely sides so different are if the same process made both.
 *
 * Every split of the pooled values into sides of these sizes is then as likely as the observed one. The statistic is
 * the sum of one side's ranks (Wilcoxon 1945; Mann and Whitney 1947). A value far out counts no more than the greatest
 * would, so heavy tails cost nothing; without them it finds almost what a t test finds.
 *
 * For up to 31 values a side all splits are counted, and p is exact. Beyond, `resamples` of them are drawn
 * (`sampledPs`).
 */
export function permutationTests(
  pairs: readonly Sides[],
  { seed, resamples = RESAMPLES }: PermutationTestOptions,
): number[] {
  const ps = new Array<number>(pairs.length).fill(1);
  const counted = new Map<string, Float64Array>();
  const toSample = new Map<string, { index: number; pair: RankSum }[]>();
  pairs.forEach(({ base, next }, index) => {
    // The smaller side says all: the sums of both add up to the same for any split.
    const pair = base.length <= next.length ? rankSum(base, next) : rankSum(next, base);
    const sizes = `${pair.size} of ${pair.ranks.length}`;
    if (countingSteps(pair.ranks.length, pair.size) > COUNTABLE_STEPS) {
      toSample.set(sizes, [...(toSample.get(sizes) ?? []), { index, pair }]);
      return;
    }
    // Without ties, all pairs of the same sizes have the same ranks.
    const key = `${sizes}: ${pair.ranks.join()}`;
    const counts = counted.get(key) ?? countSums(pair.ranks, pair.size);
    counted.set(key, counts);
    ps[index] = exactP(counts, pair);
  });

  for (const alike of toSample.values()) {
    const sampled = sampledPs(
      alike.map(({ pair }) => pair),
      resamples,
      seed,
    );
    alike.forEach(({ index }, position) => (ps[index] = sampled[position] ?? 1));
  }
  return ps;
}

/** The least p that sides of `n` and `m` values can have: both of the most extreme splits, of all. */
export function leastP(n: number, m = n): number {
  let splits = 1;
  for (let k = 1; k <= n; k += 1) splits *= (m + k) / k;
  return 2 / splits;
}

/**
 * The least p that `permutationTests` can give sides of `n` and `m` values, whatever the values are: where not all
 * splits are counted, no more than the `resamples` that are drawn can be less extreme.
 */
export function leastTestedP(n: number, m: number, resamples = RESAMPLES): number {
  const counted = leastP(n, m);
  const isCounted = countingSteps(n + m, Math.min(n, m)) <= COUNTABLE_STEPS;
  return isCounted ? counted : Math.max(counted, 1 / (1 + resamples));
}

function countingSteps(total: number, size: number): number {
  return total * size * size * (total - size);
}

function exactP(counts: Float64Array, pair: RankSum): number {
  const distance = distanceOf(pair.sum, pair);
  let all = 0;
  let asExtreme = 0;
  counts.forEach((count, sum) => {
    all += count;
    if (distanceOf(sum, pair) >= distance) asExtreme += count;
  });
  return asExtreme / all;
}
