import { describe, expect, it } from 'vitest';
import { normalQuantile, studentQuantile, twoSidedP } from '../../../../results/statistics/normal.ts';

describe('normalQuantile', () => {
  it.each([
    [0.975, 1.959963984540054],
    [0.6, 0.2533471031357997],
    [0.0001, -3.7190164854556804],
    [1e-12, -7.034483825301131],
  ])('at %d is %d, as R and SciPy say, to nine digits', (probability, quantile) => {
    expect(Math.abs(normalQuantile(probability) / quantile - 1)).toBeLessThan(2e-9);
  });

  it('is 0 in the middle, and the inverse of the probability of both tails', () => {
    expect(normalQuantile(0.5)).toBe(0);
    for (const p of [0.001, 0.01, 0.2, 0.9]) expect(twoSidedP(normalQuantile(p / 2))).toBeCloseTo(p, 6);
  });
});

describe('studentQuantile', () => {
  it.each([
    [1, 0.975, 12.7062],
    [2, 0.975, 4.3027],
    [3, 0.975, 3.1824],
    [4, 0.975, 2.7764],
    [10, 0.975, 2.2281],
    [4, 0.9875, 3.4954],
    [30, 0.975, 2.0423],
    [30, 0.025, -2.0423],
  ])('of %d degrees at %d is %d, as in the tables', (degrees, probability, table) => {
    expect(Math.abs(studentQuantile(probability, degrees) / table - 1)).toBeLessThan(0.0013);
  });
});
