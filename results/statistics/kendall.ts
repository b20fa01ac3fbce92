import { normalQuantile, twoSidedP } from './normal.ts';

/**
 * The variance of Kendall's S where every order of `values` is as likely, corrected for ties: S is the rises less the
 * falls over all pairs of values (M. G. Kendall, "A New Measure of Rank Correlation", Biometrika 30, 1938). 0 where all
 * values are alike.
 */
export function kendallVariance(values: readonly number[]): number {
  const term = (n: number): number => n * (n - 1) * (2 * n + 5);
  return (term(values.length) - tiedSizes(values).reduce((sum, size) => sum + term(size), 0)) / 18;
}

function tiedSizes(values: readonly number[]): number[] {
  const sizes = new Map<number, number>();
  for (const value of values) sizes.set(value, (sizes.get(value) ?? 0) + 1);
  return [...sizes.values()];
}

/**
 * Kendall's S of values in their order: how many pairs of them rise, less how many fall. Counted while they are sorted,
 * so that many values take no time that grows with their square.
 */
export function kendallS(values: readonly number[]): number {
  return pairsApart(values) - 2 * countFalls(Float64Array.from(values));
}

/** Pairs of values that differ. */
function pairsApart(values: readonly number[]): number {
  return tiedSizes(values).reduce((pairs, size) => pairs - pairsAmong(size), pairsAmong(values.length));
}

const pairsAmong = (n: number): number => (n < 2 ? 0 : (n * (n - 1)) / 2);

/** Pairs of which the later value is less. Sorts `values` in place, by merging. */
function countFalls(values: Float64Array): number {
  if (values.length < 2) return 0;
  const middle = values.length >> 1;
  const left = values.slice(0, middle);
  const right = values.slice(middle);
  let falls = countFalls(left) + countFalls(right);
  let [fromLeft, fromRight] = [0, 0];
  for (let to = 0; to < values.length; to += 1) {
    const [low = Infinity, high = Infinity] = [left[fromLeft], right[fromRight]];
    const takesLeft = fromRight === right.length || (fromLeft < left.length && low <= high);
    values[to] = takesLeft ? low : high;
    if (takesLeft) fromLeft += 1;
    else {
      fromRight += 1;
      falls += left.length - fromLeft;
    }
  }
  return falls;
}

/**
 * Two-sided p of Kendall's S: how likely an S at least as far from 0 is where every order of `values` is as likely (H.
 * B. Mann, "Nonparametric Tests Against Trend", Econometrica 13, 1945). Counted exactly for up to 18 values, ties
 * included; beyond, the normal approximation, corrected for ties and for continuity.
 */
export function kendallP(values: readonly number[], s: number): number {
  if (values.length > EXACT_UP_TO) {
    const variance = kendallVariance(values);
    return twoSidedP(variance === 0 ? 0 : Math.max(0, Math.abs(s) - 1) / Math.sqrt(variance));
  }
  const counts = ordersByInversions(values.length, tiedSizes(values));
  const falls = (pairsApart(values) - Math.abs(s)) / 2;
  const extreme = counts.slice(0, falls + 1).reduce((sum, count) => sum + count, 0);
  return Math.min(1, (2 * extreme) / counts.reduce((sum, count) => sum + count, 0));
}

/** More values than these have more orders than a double can count: 18! < 2⁵³ < 19!. */
const EXACT_UP_TO = 18;

/**
 * A quantile of how many pairs of values are the wrong way round where every order is as likely: the greatest `m` so
 * that fewer than `m` are with a probability of at most `probability`; 0 where there is none. Counted exactly for up to
 * 18 values, beyond from the variance of S.
 */
export function inversionQuantile(values: readonly number[], probability: number): number {
  if (values.length <= EXACT_UP_TO)
    return countedQuantile(ordersByInversions(values.length, tiedSizes(values)), probability);
  const spread = -normalQuantile(probability) * Math.sqrt(kendallVariance(values));
  return Math.max(0, Math.floor((pairsApart(values) - spread) / 2));
}

function countedQuantile(counts: readonly number[], probability: number): number {
  const all = counts.reduce((sum, count) => sum + count, 0);
  let below = 0;
  let quantile = 0;
  while (quantile < counts.length && (below + (counts[quantile] ?? 0)) / all <= probability) {
    below += counts[quantile] ?? 0;
    quantile += 1;
  }
  return quantile;
}

/**
 * In how many orders of the values 0, 1, 2, … pairs are the wrong way round: the null distribution of S, which is the
 * number of pairs less twice that. Its generating function is ∏ (1 + q + … + q^(k-1)) for k up to the number of values.
 * Orders that differ only among tied values count as one, which divides by the same product for each group of them.
 */
function ordersByInversions(values: number, sizes: readonly number[]): number[] {
  let counts = [1];
  for (let k = 2; k <= values; k += 1) counts = timesRun(counts, k);
  for (const size of sizes) for (let k = 2; k <= size; k += 1) counts = overRun(counts, k);
  return counts;
}

/** The polynomial times 1 + q + … + q^(k-1). */
function timesRun(counts: readonly number[], k: number): number[] {
  const product = new Array<number>(counts.length + k - 1).fill(0);
  counts.forEach((count, power) => {
    for (let step = 0; step < k; step += 1) product[power + step] = (product[power + step] ?? 0) + count;
  });
  return product;
}

/** The polynomial over 1 + q + … + q^(k-1), of which it is a multiple. */
function overRun(counts: readonly number[], k: number): number[] {
  const quotient: number[] = [];
  for (let power = 0; power <= counts.length - k; power += 1) {
    const before = quotient.slice(Math.max(0, power - k + 1)).reduce((sum, count) => sum + count, 0);
    quotient.push((counts[power] ?? 0) - before);
  }
  return quotient;
}
