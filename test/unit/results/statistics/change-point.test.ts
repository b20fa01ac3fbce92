import { describe, expect, it } from 'vitest';
import { bestSplit, divergenceP, fewestValues } from '../../../../results/statistics/change-point.ts';

/** The same by its definition: mean distances between and within, for every place. */
function bySumming(values: readonly number[]): { at: number; divergence: number } | undefined {
  const meanDistance = (a: readonly number[], b: readonly number[], pairs: number): number =>
    a.reduce((sum, x) => sum + b.reduce((all, y) => all + Math.abs(x - y), 0), 0) / pairs;
  let best: { at: number; divergence: number } | undefined;
  for (let at = 3; at <= values.length - 3; at += 1) {
    const [left, right] = [values.slice(0, at), values.slice(at)];
    const [m, n] = [left.length, right.length];
    const energy =
      2 * meanDistance(left, right, m * n) -
      meanDistance(left, left, m * (m - 1)) -
      meanDistance(right, right, n * (n - 1));
    const divergence = (m * n * energy) / (m + n);
    if (best === undefined || divergence > best.divergence) best = { at, divergence };
  }
  return best;
}

describe('bestSplit', () => {
  it('is the scaled energy distance of its definition at its largest', () => {
    const values = [3, 1, 4, 1, 5, 9, 2, 6, 15, 13, 15, 18, 19, 17, 19, 13];
    const found = bestSplit(Float64Array.from(values));
    expect(found?.at).toBe(8);
    expect(found?.at).toBe(bySumming(values)?.at);
    expect(found?.divergence).toBeCloseTo(bySumming(values)?.divergence ?? NaN, 10);
  });

  it('leaves three records on either side', () => {
    expect(bestSplit(Float64Array.of(1, 1, 1, 1, 1, 9))?.at).toBe(3);
    expect(bestSplit(Float64Array.of(1, 1, 1, 9, 9))).toBeUndefined();
  });
});

describe('divergenceP', () => {
  it('is small for a clean step, large for none, and the same for the same seed', () => {
    const step = Float64Array.of(1, 2, 1, 2, 1, 2, 11, 12, 11, 12, 11, 12);
    const none = Float64Array.of(1, 12, 2, 11, 2, 12, 1, 11, 12, 1, 11, 2);
    expect(divergenceP(step, 1)).toBeLessThan(0.01);
    expect(divergenceP(none, 1)).toBeGreaterThan(0.2);
    expect(divergenceP(step, 1)).toBe(divergenceP(step, 1));
  });

  it('is 1 where all values are alike or too few', () => {
    expect(divergenceP(new Float64Array(20), 1)).toBe(1);
    expect(divergenceP(Float64Array.of(1, 2), 1)).toBe(1);
  });
});

describe('fewestValues', () => {
  it.each([
    [0.05, 8],
    [0.01, 10],
    [0.05 / 30, 13],
  ])('at level %d is %d', (level, count) => {
    expect(fewestValues(level)).toBe(count);
  });
});
