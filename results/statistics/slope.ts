import { hullOf, type Interval } from './interval.ts';
import { inversionQuantile, kendallVariance } from './kendall.ts';
import { studentQuantile, twoSidedP } from './normal.ts';
import { median, sortedCopy } from './quantile.ts';

/** A value `y` at the place `x`. */
export interface Point {
  x: number;
  y: number;
}

/** A straight line: `slope` in the unit of `y` for each one more of `x`, `intercept` in that of `y`. */
export interface Line {
  slope: number;
  intercept: number;
  /** Of the slope; absent where so few points cannot give one. */
  interval?: Interval;
  /** How many points it rests on. */
  steps: number;
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
export function fitSlope(points: readonly Point[], confidence = CONFIDENCE): Line | undefined {
  const slopes = pairSlopes(points);
  const slope = median(slopes);
  if (slope === undefined) return undefined;
  const sen = senInterval(points, confidence);
  const increments = incrementInterval(points, confidence);
  const interval = sen && increments && hullOf(sen, increments);
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

/** Whether points go one way, and how far. */
export interface Drift {
  /** In the unit of `y`, for each one more of `x`. */
  slope: number;
  /** How likely so much of one direction is where there is none. */
  p: number;
}

/**
 * Slope: as `fitSlope` has it. p: the test of H. B. Mann ("Nonparametric Tests Against Trend", Econometrica 13, 1945) and
 * M. G. Kendall (Rank Correlation Methods, 1975), two-sided, with his correction for ties and for continuity; its normal
 * approximation is good from ten points on. Both look at pairs, so that single points far out say no more than that they
 * are higher or lower. `points`: two at least, each at another `x`.
 */
export function driftOf(points: readonly Point[]): Drift {
  const slopes = pairSlopes(points);
  const rises = slopes.reduce((sum, slope) => sum + Math.sign(slope), 0);
  const variance = kendallVariance(points.map(({ y }) => y));
  const z = variance === 0 ? 0 : Math.max(0, Math.abs(rises) - 1) / Math.sqrt(variance);
  return { slope: median(slopes) ?? 0, p: twoSidedP(z) };
}

function pairSlopes(points: readonly Point[]): number[] {
  return points.flatMap((later, index) =>
    points
      .slice(0, index)
      .flatMap((earlier) => (earlier.x === later.x ? [] : [(later.y - earlier.y) / (later.x - earlier.x)])),
  );
}

/**
 * Sen's interval: as many of the sorted slopes are cut off at either end as pairs of steps can be out of order by chance
 * alone. No shape of noise is assumed, but that steps lie off the line apart from each other, as readings do.
 */
export function senInterval(points: readonly Point[], confidence: number): Interval | undefined {
  const sorted = sortedCopy(pairSlopes(points));
  const cut = inversionQuantile(
    points.map(({ x }) => x),
    (1 - confidence) / 2,
  );
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
