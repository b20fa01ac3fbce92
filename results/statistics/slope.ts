import type { Interval } from './bootstrap.ts';
import { normalQuantile, studentQuantile } from './normal.ts';
import { median, sortedCopy } from './quantile.ts';
import type { Slope } from '../fleet/density.ts';

/** One step of a series: how many instances live, and what they cost together. */
export interface Point {
  x: number;
  y: number;
}

/** What the interval of a slope is to hold the true one with, where nothing else is said. */
const CONFIDENCE = 0.95;

/**
 * The straight line through the steps of one series, or of several put together: the median of the slopes of all pairs
 * of steps (H. Theil, "A Rank-Invariant Method of Linear and Polynomial Regression Analysis", Indagationes Mathematicae
 * 12, 1950; P. K. Sen, "Estimates of the Regression Coefficient Based on Kendall's Tau", JASA 63, 1968). Up to 29 % of
 * the steps may lie anywhere without carrying the line away. Pairs with the same `x`, of different series, have no
 * slope and are left out.
 *
 * `interval`: as wide as both `senInterval` and `incrementInterval`, since nobody knows beforehand how steps lie off their
 * line; absent where so few steps cannot give the confidence (for 95 %: fewer than five). `undefined` where all steps have
 * the same `x`, or where there are fewer than two.
 */
export function fitSlope(points: readonly Point[], confidence = CONFIDENCE): Slope | undefined {
  const slopes = pairSlopes(points);
  const slope = median(slopes);
  if (slope === undefined) return undefined;
  const interval = hullOf(senInterval(points, confidence), incrementInterval(points, confidence));
  return {
    slope,
    intercept: interceptAt(points, slope),
    ...(interval === undefined ? {} : { interval }),
    steps: points.length,
  };
}

/** Where a line of this slope through the middle of the points meets x = 0: the median of y - slope · x. */
export function interceptAt(points: readonly Point[], slope: number): number {
  return median(points.map(({ x, y }) => y - slope * x)) ?? NaN;
}

function pairSlopes(points: readonly Point[]): number[] {
  return points.flatMap((later, index) =>
    points
      .slice(0, index)
      .flatMap((earlier) => (earlier.x === later.x ? [] : [(later.y - earlier.y) / (later.x - earlier.x)])),
  );
}

function hullOf(one: Interval | undefined, other: Interval | undefined): Interval | undefined {
  if (one === undefined || other === undefined) return undefined;
  return { low: Math.min(one.low, other.low), high: Math.max(one.high, other.high) };
}

/**
 * Sen's interval: as many of the sorted slopes are cut off at either end as pairs of steps can be out of order by chance
 * alone. No shape of noise is assumed, but that steps lie off the line apart from each other, as readings do.
 */
export function senInterval(points: readonly Point[], confidence: number): Interval | undefined {
  const sorted = sortedCopy(pairSlopes(points));
  const cut = slopesCutOff(sorted.length, points, (1 - confidence) / 2);
  const [low, high] = [sorted[cut - 1], sorted[sorted.length - cut]];
  return cut < 1 || low === undefined || high === undefined ? undefined : { low, high };
}

/**
 * The interval for steps whose distance from the line adds up, as that of instances does which differ from each other and
 * live on: Student's of the increments from step to step, each weighing as much as the instances that it added (weighted
 * least squares of y₍ᵢ₎ − y₍ᵢ₋₁₎ on x₍ᵢ₎ − x₍ᵢ₋₁₎, whose variance grows with the latter). Of several series, of their mean.
 */
export function incrementInterval(points: readonly Point[], confidence: number): Interval | undefined {
  const steps = meansByX(points);
  const increments = steps.slice(1).flatMap(({ x, y }, index) => {
    const before = steps[index];
    return before === undefined ? [] : [{ added: x - before.x, slope: (y - before.y) / (x - before.x) }];
  });
  const degrees = increments.length - 1;
  if (degrees < 1) return undefined;
  const added = increments.reduce((sum, increment) => sum + increment.added, 0);
  const mean = increments.reduce((sum, { added: weight, slope }) => sum + weight * slope, 0) / added;
  const scatter = increments.reduce((sum, { added: weight, slope }) => sum + weight * (slope - mean) ** 2, 0);
  const reach = studentQuantile((1 + confidence) / 2, degrees) * Math.sqrt(scatter / degrees / added);
  return { low: mean - reach, high: mean + reach };
}

function meansByX(points: readonly Point[]): Point[] {
  const byX = new Map<number, number[]>();
  for (const { x, y } of points) byX.set(x, [...(byX.get(x) ?? []), y]);
  return [...byX]
    .map(([x, ys]) => ({ x, y: ys.reduce((sum, y) => sum + y, 0) / ys.length }))
    .sort((a, b) => a.x - b.x);
}

/** More steps than these have more orders than a double can count: 18! < 2⁵³ < 19!. */
const EXACT_UP_TO = 18;

/**
 * The place of the least slope within the interval, 1-based: the greatest `m` for which fewer than `m` pairs are out of
 * order with a probability of `tail` at most; 0 where there is none.
 */
function slopesCutOff(pairs: number, points: readonly Point[], tail: number): number {
  const sizes = tiedSizes(points);
  if (points.length <= EXACT_UP_TO) return exactCut(points.length, sizes, tail);
  const spread = -normalQuantile(tail) * Math.sqrt(kendallVariance(points.length, sizes));
  return Math.max(0, Math.floor((pairs - spread) / 2));
}

function tiedSizes(points: readonly Point[]): number[] {
  const sizes = new Map<number, number>();
  for (const { x } of points) sizes.set(x, (sizes.get(x) ?? 0) + 1);
  return [...sizes.values()];
}

function exactCut(steps: number, sizes: readonly number[], tail: number): number {
  const orders = ordersByInversions(steps, sizes);
  const all = orders.reduce((sum, count) => sum + count, 0);
  let beyond = 0;
  let cut = 0;
  while (cut < orders.length && (beyond + (orders[cut] ?? 0)) / all <= tail) {
    beyond += orders[cut] ?? 0;
    cut += 1;
  }
  return cut;
}

/**
 * In how many orders of the steps 0, 1, 2, … pairs are the wrong way round: the null distribution of Kendall's S, which
 * is the pairs less twice that (M. G. Kendall, "A New Measure of Rank Correlation", Biometrika 30, 1938). Its generating
 * function is ∏ (1 + q + … + q^(k-1)) for k up to the number of steps; orders that differ only among steps of the same x
 * count as one, which divides by the same product for each group of them.
 */
function ordersByInversions(steps: number, sizes: readonly number[]): number[] {
  let counts = [1];
  for (let k = 2; k <= steps; k += 1) counts = timesRun(counts, k);
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

/** Of S, with Kendall's correction for steps of the same x. */
function kendallVariance(steps: number, sizes: readonly number[]): number {
  const term = (n: number): number => n * (n - 1) * (2 * n + 5);
  return (term(steps) - sizes.reduce((sum, size) => sum + term(size), 0)) / 18;
}
