import { mean, medianAbsoluteDeviation, sampleStandardDeviation } from 'simple-statistics';
import { median, quantileOfSorted, sortedCopy } from './quantile.ts';

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

/** The figures of `values`: any finite numbers, in any order. */
export function describe(values: readonly number[]): Distribution {
  const sorted = sortedCopy(values);
  const all = [...sorted];
  return onlyFinite({
    median: quantileOfSorted(sorted, 0.5),
    mean: sorted.length > 0 ? mean(all) : undefined,
    min: sorted[0],
    max: sorted[sorted.length - 1],
    p25: quantileOfSorted(sorted, 0.25),
    p75: quantileOfSorted(sorted, 0.75),
    sd: sorted.length > 1 ? sampleStandardDeviation(all) : undefined,
  });
}

/** Sums and squares of enormous values can overflow; what did is absent. */
function onlyFinite(distribution: { [Figure in keyof Distribution]: number | undefined }): Distribution {
  return Object.fromEntries(Object.entries(distribution).filter(([, figure]) => Number.isFinite(figure)));
}

/** Makes the median absolute deviation of normal values their standard deviation: 1 / Φ⁻¹(3/4). */
const NORMAL_CONSISTENCY = 1.4826;

/** How far values lie from each other, as shares of their middle: 0.05 is 5 %. */
export interface Spread {
  /** Standard deviation (n - 1) over mean. */
  cv: number;
  /**
   * Median absolute deviation over median, scaled to agree with `cv` for normal values: single values far out hardly
   * move it (P. J. Rousseeuw and C. Croux, "Alternatives to the Median Absolute Deviation", JASA 88, 1993).
   */
  robustCv: number;
}

/** `undefined` for fewer than two values, or where one is 0 or less: such values have no relative spread. */
export function spreadOf(values: readonly number[]): Spread | undefined {
  const middle = median(values);
  if (values.length < 2 || middle === undefined || values.some((value) => value <= 0)) return undefined;
  const all = [...values];
  return {
    cv: sampleStandardDeviation(all) / mean(all),
    robustCv: (NORMAL_CONSISTENCY * medianAbsoluteDeviation(all)) / middle,
  };
}
