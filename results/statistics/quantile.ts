import { mean, quantileSorted, sampleStandardDeviation } from 'simple-statistics';

/** What a set of values looks like, in their own unit. What cannot be said of so few values is absent, never 0. */
export interface Distribution {
  /** Absent for no values, like all but `sd`. */
  median?: number;
  mean?: number;
  min?: number;
  max?: number;
  p25?: number;
  p75?: number;
  /** Sample standard deviation (n - 1); absent for fewer than two values. */
  sd?: number;
}

/**
 * The figures of `values` (any finite numbers, in any order; left untouched).
 *
 * simple-statistics computes them. tinybench does not: given `{ overriddenDuration }` it takes only durations of
 * 0 and more and puts its own measured time in the place of a negative one (memory deltas can be negative),
 * reports sd 0 for a single value, has no quartiles, and costs a benchmark task for each metric.
 */
export function describe(values: readonly number[]): Distribution {
  const sorted = sortedCopy(values);
  return onlyFinite({
    median: quantileOfSorted(sorted, 0.5),
    mean: sorted.length > 0 ? mean(toArray(sorted)) : undefined,
    min: sorted[0],
    max: sorted[sorted.length - 1],
    p25: quantileOfSorted(sorted, 0.25),
    p75: quantileOfSorted(sorted, 0.75),
    sd: sorted.length > 1 ? sampleStandardDeviation(toArray(sorted)) : undefined,
  });
}

/** The middle value, or the mean of the two middle ones; `undefined` for no values. */
export function median(values: readonly number[]): number | undefined {
  return quantile(values, 0.5);
}

/**
 * The value below which the share `p` (0 to 1) lies, interpolated linearly between neighbours (type 7 of
 * Hyndman and Fan, as numpy and R do); `undefined` for no values.
 */
export function quantile(values: readonly number[], p: number): number | undefined {
  return quantileOfSorted(sortedCopy(values), p);
}

/** Ascending; typed, because that sorts by number and several times faster. */
export function sortedCopy(values: readonly number[]): Float64Array {
  return Float64Array.from(values).sort();
}

function quantileOfSorted(sorted: Float64Array, p: number): number | undefined {
  return sorted.length > 0 ? quantileSorted(toArray(sorted), p) : undefined;
}

/** simple-statistics reads by index only, but its types ask for a plain array. */
function toArray(sorted: Float64Array): number[] {
  return sorted as unknown as number[];
}

/** Sums and squares of enormous values can overflow; what did is absent. */
function onlyFinite(distribution: { [Figure in keyof Distribution]: number | undefined }): Distribution {
  return Object.fromEntries(Object.entries(distribution).filter(([, figure]) => Number.isFinite(figure)));
}
