import { mean, medianAbsoluteDeviation, sampleStandardDeviation } from 'simple-statistics';
import { median } from './quantile.ts';

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
