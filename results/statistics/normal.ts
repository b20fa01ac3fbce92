import { errorFunction } from 'simple-statistics';
import type { Random } from '../../core/random.ts';

/** A draw of the standard normal distribution (Box and Muller, 1958). */
export function drawNormal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random.unit())) * Math.cos(2 * Math.PI * random.unit());
}

/** How likely a standard normal value is at least as far from 0 as `z`, on either side. */
export function twoSidedP(z: number): number {
  // The approximation of the error function is a little below 0 at 0.
  return Math.min(1, 1 - errorFunction(Math.abs(z) / Math.SQRT2));
}

/** Coefficients of P. J. Acklam's rational approximations, highest power first: of the middle and of the tails. */
const MIDDLE = {
  over: [
    -39.69683028665376, 220.9460984245205, -275.9285104469687, 138.357751867269, -30.66479806614716,
    2.506628277459239,
  ],
  under: [
    -54.47609879822406, 161.5858368580409, -155.6989798598866, 66.80131188771972, -13.28068155288572, 1,
  ],
};
const TAIL = {
  over: [
    -0.007784894002430293, -0.3223964580411365, -2.400758277161838, -2.549732539343734, 4.374664141464968,
    2.938163982698783,
  ],
  under: [0.007784695709041462, 0.3224671290700398, 2.445134137142996, 3.754408661907416, 1],
};

/**
 * The standard normal quantile, to nine digits (P. J. Acklam, "An Algorithm for Computing the Inverse Normal Cumulative
 * Distribution Function", 2003). simple-statistics' `probit` has two or three. `probability`: between 0 and 1.
 */
export function normalQuantile(probability: number): number {
  const tail = Math.min(probability, 1 - probability);
  if (tail < 0.02425) {
    const root = Math.sqrt(-2 * Math.log(tail));
    const below = polynomial(TAIL.over, root) / polynomial(TAIL.under, root);
    return probability < 0.5 ? below : -below;
  }
  const off = probability - 0.5;
  return (off * polynomial(MIDDLE.over, off ** 2)) / polynomial(MIDDLE.under, off ** 2);
}

function polynomial(coefficients: readonly number[], x: number): number {
  return coefficients.reduce((sum, coefficient) => sum * x + coefficient, 0);
}

/**
 * The quantile of Student's t. Exact for one and two degrees of freedom; beyond, from the normal quantile (Cornish and
 * Fisher, in Abramowitz and Stegun 26.7.5): at 97.5 % right to 0.12 % with three degrees, to 0.01 % from six on.
 */
export function studentQuantile(probability: number, degrees: number): number {
  if (degrees === 1) return Math.tan(Math.PI * (probability - 0.5));
  if (degrees === 2) return (2 * probability - 1) / Math.sqrt(2 * probability * (1 - probability));
  const z = normalQuantile(probability);
  const terms = [
    z,
    (z ** 3 + z) / 4,
    (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96,
    (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384,
    (79 * z ** 9 + 776 * z ** 7 + 1482 * z ** 5 - 1920 * z ** 3 - 945 * z) / 92_160,
  ];
  return terms.reduce((sum, term, power) => sum + term / degrees ** power, 0);
}
