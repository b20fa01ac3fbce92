import { hullOf, type Interval } from './interval.ts';
import { inversionQuantile, kendallP } from './kendall.ts';
import { studentQuantile } from './normal.ts';
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

/** The share of intervals that hold the true slope, unless another is asked for. */
const CONFIDENCE = 0.95;

/**
 * The straight line through the points of one series, or of several put together. Its slope is the median of the slopes
 * of all pairs of points (H. Theil, "A Rank-Invariant Method of Linear and Polynomial Regression Analysis",
 * Indagationes Mathematicae 12, 1950; P. K. Sen, "Estimates of the Regression Coefficient Based on Kendall's Tau", JASA
 * 63, 1968). Up to 29 % of the points may lie anywhere without carrying the line away. Pairs with the same `x` are left
 * out.
 *
 * The interval reaches over `senInterval` and `incrementInterval`, as nobody knows beforehand which kind of noise there
 * is. It is absent where so few points cannot give the confidence (for 95 %: fewer than five). `undefined` where there
 * are no two points with different `x`.
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

/** Whether the values of a series go one way, and how far. */
export interface Drift {
  /** In the unit of `y`, for each one more of `x`. */
  slope: number;
  /** Two-sided: how likely so many rises, or falls, are where every order is as likely. */
  p: number;
}

/**
 * Slope: that of `fitSlope`. p: the test of H. B. Mann ("Nonparametric Tests Against Trend", Econometrica 13, 1945) and
 * M. G. Kendall (Rank Correlation Methods, 1975), by `kendallP`. A point far out counts no more than one that is a
 * little higher or lower. `points`: two at least, each at another `x`.
 */
export function driftOf(points: readonly Point[]): Drift {
  const slopes = pairSlopes(points);
  const rises = slopes.reduce((sum, slope) => sum + Math.sign(slope), 0);
  const p = kendallP(
    points.map(({ y }) => y),
    rises,
  );
  return { slope: median(slopes) ?? 0, p };
}

function pairSlopes(points: readonly Point[]): number[] {
  return points.flatMap((later, index) =>
    points
      .slice(0, index)
      .flatMap((earlier) => (earlier.x === later.x ? [] : [(later.y - earlier.y) / (later.x - earlier.x)])),
  );
}

/**
 * Sen's interval: as many of the sorted slopes are cut off at either end as pairs of points can be out of order by
 * chance. It assumes no shape of noise, but that points lie off the line independently, as readings do.
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
 * The interval where distances from the line add up from point to point: Student's of the slopes of the increments.
 * Each increment weighs as much as it adds to `x` (weighted least squares of y₍ᵢ₎ − y₍ᵢ₋₁₎ on x₍ᵢ₎ − x₍ᵢ₋₁₎, whose
 * variance grows with the latter). Of several points with the same `x` their mean is taken.
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
