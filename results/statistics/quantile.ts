import { quantileSorted } from 'simple-statistics';

/** The middle value, or the mean of the two middle ones; `undefined` for no values. */
export function median(values: readonly number[]): number | undefined {
  return quantile(values, 0.5);
}

/**
 * The value below which the share `p` (0 to 1) of the values lies, interpolated linearly between neighbours (type 7 of
 * Hyndman and Fan, as in numpy and R); `undefined` for no values.
 */
export function quantile(values: readonly number[], p: number): number | undefined {
  return quantileOfSorted(sortedCopy(values), p);
}

/** The same of values in ascending order. */
export function quantileOfSorted(sorted: Float64Array, p: number): number | undefined {
  // simple-statistics reads by index only, but its types ask for a plain array.
  return sorted.length > 0 ? quantileSorted(sorted as unknown as number[], p) : undefined;
}

/** Ascending; typed, because that sorts by number and several times faster. */
export function sortedCopy(values: readonly number[]): Float64Array {
  return Float64Array.from(values).sort();
}
