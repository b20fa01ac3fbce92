import { errorFunction } from 'simple-statistics';

/** How likely a standard normal value is at least as far from 0 as `z`, on either side. */
export function twoSidedP(z: number): number {
  // The approximation of the error function is a little below 0 at 0.
  return Math.min(1, 1 - errorFunction(Math.abs(z) / Math.SQRT2));
}
