import { describe as group, expect, it } from 'vitest';
import { describe, median, quantile } from '../../../../results/statistics/quantile.ts';

group('median', () => {
  it('is the middle value, or the mean of the two in the middle', () => {
    expect(median([9, 1, 5])).toBe(5);
    expect(median([9, 1, 5, 7])).toBe(6);
    expect(median([3])).toBe(3);
  });

  it('sorts by number, not by text', () => {
    expect(median([100, 9, 20])).toBe(20);
  });

  it('is absent for no values', () => {
    expect(median([])).toBeUndefined();
  });
});

group('quantile', () => {
  it('interpolates between neighbours, as numpy and R do', () => {
    expect(quantile([1, 2, 3, 4], 0.25)).toBe(1.75);
    expect(quantile([1, 2, 3, 4], 0.75)).toBe(3.25);
    expect(quantile([1, 2, 3, 4], 0)).toBe(1);
    expect(quantile([1, 2, 3, 4], 1)).toBe(4);
  });
});

group('describe', () => {
  it('gives all figures of several values and leaves them in their order', () => {
    const values = Object.freeze([4, 2, 8, 6]);
    expect(describe(values)).toEqual({
      median: 5,
      mean: 5,
      min: 2,
      max: 8,
      p25: 3.5,
      p75: 6.5,
      sd: Math.sqrt(20 / 3),
    });
  });

  it('has no spread for a single value', () => {
    expect(describe([7])).toEqual({ median: 7, mean: 7, min: 7, max: 7, p25: 7, p75: 7 });
  });

  it('says nothing about no values', () => {
    expect(describe([])).toEqual({});
  });

  it('takes negative values, as memory deltas are', () => {
    expect(describe([-3, -1, 1])).toMatchObject({ median: -1, mean: -1, min: -3, max: 1, sd: 2 });
  });

  it('leaves out what overflows', () => {
    const figures = describe([1e308, 1e308, -1e308, 1e308]);
    for (const figure of Object.values(figures)) expect(figure).toSatisfy(Number.isFinite);
    expect(figures.max).toBe(1e308);
    expect(figures.sd).toBeUndefined();
  });
});
