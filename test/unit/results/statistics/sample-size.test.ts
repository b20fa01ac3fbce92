import { describe, expect, it } from 'vitest';
import { MOST_MORE_ROUNDS, moreRounds } from '../../../../results/statistics/sample-size.ts';

const level = 0.05;

describe('how many more rounds', () => {
  it('a pass needs: the interval shrinks with √n', () => {
    // Half as wide as 0.1 has to be for ± 5 %: four times as many values.
    const interval = { low: 0.9, high: 1.1 };
    expect(moreRounds({ n: 10, ratio: 1, interval, minEffect: 0.05, level })).toBe(30);
    // With the ratio at 1.025, only half the room is left: sixteen times as many.
    expect(moreRounds({ n: 10, ratio: 1.025, interval, minEffect: 0.05, level })).toBe(150);
  });

  it('a change needs: the interval has to leave 1 out', () => {
    // Half as wide as 0.2 has to be for a ratio of 1.1.
    const interval = { low: 0.9, high: 1.3 };
    expect(moreRounds({ n: 10, ratio: 1.1, interval, minEffect: 0.05, level })).toBe(30);
    // More for one of twenty metrics: (3.02 / 1.96)² times as many.
    expect(moreRounds({ n: 10, ratio: 1.1, interval, minEffect: 0.05, level: 0.05 / 20 })).toBe(85);
  });

  it('the permutation test needs to reach the level at all', () => {
    // 2/70 for four values a side, 2/20 for three.
    expect(moreRounds({ n: 1, minEffect: 0.05, level: 0.05 })).toBe(3);
    expect(moreRounds({ n: 3, ratio: 2, interval: { low: 2, high: 2 }, minEffect: 0.05, level })).toBe(1);
    // 2/924 for six, 2/252 for five.
    expect(moreRounds({ n: 2, minEffect: 0.05, level: 0.05 / 20 })).toBe(4);
  });

  it('is at least one, and bounded', () => {
    const narrow = { low: 0.99, high: 1.01 };
    expect(moreRounds({ n: 30, ratio: 1, interval: narrow, minEffect: 0.05, level })).toBe(1);
    expect(moreRounds({ n: 30, ratio: 1, interval: narrow, minEffect: 0, level })).toBe(MOST_MORE_ROUNDS);
    expect(moreRounds({ n: 30, ratio: 1.0499, interval: narrow, minEffect: 0.05, level })).toBe(
      MOST_MORE_ROUNDS,
    );
    expect(moreRounds({ n: 1, minEffect: 0.05, level: 0 })).toBeLessThanOrEqual(MOST_MORE_ROUNDS);
  });
});
