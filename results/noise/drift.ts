import { median } from '../statistics/quantile.ts';
import { twoSidedP } from '../statistics/normal.ts';
import type { Reading } from './readings.ts';

/** Whether the values go one way over the rounds, and how far. */
export interface Drift {
  /** In the values' unit, from one round to the next. */
  slope: number;
  /** How likely so much of one direction is where there is none. */
  p: number;
}

/**
 * Slope: the median of the slopes of all pairs of rounds (H. Theil, 1950; P. K. Sen, "Estimates of the Regression
 * Coefficient Based on Kendall's Tau", JASA 63, 1968). p: the test of H. B. Mann ("Nonparametric Tests Against Trend",
 * Econometrica 13, 1945) and M. G. Kendall (Rank Correlation Methods, 1975), two-sided, with his correction for ties
 * and for continuity; its normal approximation is good from ten values on. Both look at pairs, so that single boots
 * far out say no more than that they are higher or lower. `readings`: two at least, of different rounds.
 */
export function driftOf(readings: readonly Reading[]): Drift {
  const slopes: number[] = [];
  let ups = 0;
  readings.forEach((later, index) => {
    for (const earlier of readings.slice(0, index)) {
      const rise = later.value - earlier.value;
      ups += Math.sign(rise);
      slopes.push(rise / (later.round - earlier.round));
    }
  });
  const variance = kendallVariance(readings.map(({ value }) => value));
  const z = variance === 0 ? 0 : Math.max(0, Math.abs(ups) - 1) / Math.sqrt(variance);
  return { slope: median(slopes) ?? 0, p: twoSidedP(z) };
}

/** Of the count of rises minus falls over all pairs where every order is as likely; 0 where all values are alike. */
function kendallVariance(values: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  const term = (n: number): number => n * (n - 1) * (2 * n + 5);
  const ties = [...counts.values()].reduce((sum, count) => sum + term(count), 0);
  return (term(values.length) - ties) / 18;
}
