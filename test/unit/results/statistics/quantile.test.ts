import { describe, expect, it } from 'vitest';
import { median, quantile } from '../../../../results/statistics/quantile.ts';

describe('median', () => {
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

describe('quantile', () => {
  it('interpolates between neighbours, as numpy and R do', () => {
    expect(quantile([1, 2, 3, 4], 0.25)).toBe(1.75);
    expect(quantile([1, 2, 3, 4], 0.75)).toBe(3.25);
    expect(quantile([1, 2, 3, 4], 0)).toBe(1);
    expect(quantile([1, 2, 3, 4], 1)).toBe(4);
  });
});
