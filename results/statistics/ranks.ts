import { sortedCopy } from './quantile.ts';

/**
 * One of two sets of values as ranks among all of them. Ranks are doubled: the mean rank of tied values is then a whole
 * number too, and sums are exact.
 */
export interface RankSum {
  /** Doubled ranks of all values, ascending. */
  ranks: Uint32Array;
  /** How many of them belong to the set. */
  size: number;
  /** Of the set's doubled ranks. */
  sum: number;
}

/** Doubled ranks among all values, counted from 1; tied values share the mean of theirs. */
export interface Ranks {
  /** Ascending. */
  ranks: Uint32Array;
  rankOf: ReadonlyMap<number, number>;
}

/** `values`: finite numbers. */
export function ranksOf(values: readonly number[]): Ranks {
  const sorted = sortedCopy(values);
  const ranks = new Uint32Array(sorted.length);
  const rankOf = new Map<number, number>();
  for (let first = 0; first < sorted.length;) {
    const value = sorted[first] ?? NaN;
    let last = first;
    while (sorted[last + 1] === value) last += 1;
    // Positions count from 1: twice the mean of first + 1 … last + 1.
    const rank = first + last + 2;
    ranks.fill(rank, first, last + 1);
    rankOf.set(value, rank);
    first = last + 1;
  }
  return { ranks, rankOf };
}

/** `set`, `others`: finite numbers, at least one each. */
export function rankSum(set: readonly number[], others: readonly number[]): RankSum {
  const { ranks, rankOf } = ranksOf([...set, ...others]);
  const sum = set.reduce((total, value) => total + (rankOf.get(value) ?? NaN), 0);
  return { ranks, size: set.length, sum };
}

/** How far a sum is from the mean of the sums of all sets of that size: 0 or more, in doubled ranks. */
export function distanceOf(sum: number, { ranks, size }: Omit<RankSum, 'sum'>): number {
  return Math.abs(sum - size * (ranks.length + 1));
}

/**
 * In how many ways `size` of the doubled ranks have each sum: `counts[sum]`. Counted one rank after the other (dynamic
 * programming), in `total · size · size · 2 total` steps at most. Counts beyond 2⁵³ are rounded to 16 digits.
 */
export function countSums(ranks: Uint32Array, size: number): Float64Array {
  const width = ranks.slice(-size).reduce((sum, rank) => sum + rank, 0) + 1;
  const counts = Array.from({ length: size + 1 }, () => new Float64Array(width));
  const [none = new Float64Array(width)] = counts;
  none[0] = 1;
  /** The greatest sum so far of each number of chosen ranks: what lies above is 0. */
  const reach = new Float64Array(size + 1);
  ranks.forEach((rank, before) => {
    for (let chosen = Math.min(size, before + 1); chosen > 0; chosen -= 1) {
      const from = counts[chosen - 1] ?? none;
      const to = counts[chosen] ?? none;
      const top = reach[chosen - 1] ?? 0;
      for (let sum = 0; sum <= top; sum += 1) to[sum + rank] = (to[sum + rank] ?? 0) + (from[sum] ?? 0);
      reach[chosen] = Math.max(reach[chosen] ?? 0, top + rank);
    }
  });
  return counts[size] ?? none;
}
