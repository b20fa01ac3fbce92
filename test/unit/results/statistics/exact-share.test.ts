import { describe, expect, it } from 'vitest';
import { moreOftenP, shareInterval } from '../../../../results/statistics/exact-share.ts';

describe('the exact interval of a share', () => {
  // Bounds of Clopper and Pearson as R's binom.test prints them.
  it.each([
    [0, 10, 0, 0.3084971],
    [1, 10, 0.002528579, 0.4450161],
    [5, 10, 0.187086, 0.812914],
    [10, 10, 0.6915029, 1],
    [0, 40, 0, 0.08809732],
    [2, 40, 0.006113988, 0.1691969],
  ])('of %i of %i', (happened, trials, low, high) => {
    const interval = shareInterval(happened, trials);
    expect(interval.low).toBeCloseTo(low, 6);
    expect(interval.high).toBeCloseTo(high, 6);
  });
});

describe('whether something happens more often', () => {
  it("is Fisher's exact test, one-sided", () => {
    // The lady who tastes tea: 3 of 4 right, 17/70.
    expect(moreOftenP({ happened: 1, trials: 4 }, { happened: 3, trials: 4 })).toBeCloseTo(17 / 70, 12);
    expect(moreOftenP({ happened: 0, trials: 4 }, { happened: 4, trials: 4 })).toBeCloseTo(1 / 70, 12);
    expect(moreOftenP({ happened: 4, trials: 4 }, { happened: 0, trials: 4 })).toBeCloseTo(1, 12);
    expect(moreOftenP({ happened: 0, trials: 4 }, { happened: 0, trials: 4 })).toBe(1);
  });
});
