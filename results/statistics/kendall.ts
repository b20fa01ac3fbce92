import { normalQuantile } from './normal.ts';

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

/** More values than these have more orders than a double can count: 18! < 2⁵³ < 19!. */
const EXACT_UP_TO = 18;

/**
 * A quantile of how many pairs of values are the wrong way round where every order is as likely: the greatest `m` so
 * that fewer than `m` are with a probability of at most `probability`; 0 where there is none. Counted exactly for up to
 * 18 values, beyond from the variance of S.
 */
export function inversionQuantile(values: readonly number[], probability: number): number {
  const sizes = tiedSizes(values);
  if (values.length <= EXACT_UP_TO)
    return countedQuantile(ordersByInversions(values.length, sizes), probability);
  const pairsAmong = (n: number): number => (n * (n - 1)) / 2;
  const pairs = pairsAmong(values.length) - sizes.reduce((sum, size) => sum + pairsAmong(size), 0);
  const spread = -normalQuantile(probability) * Math.sqrt(kendallVariance(values));
  return Math.max(0, Math.floor((pairs - spread) / 2));
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
