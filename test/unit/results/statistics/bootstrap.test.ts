import { describe, expect, it } from 'vitest';
import { createRandom, type Random } from '../../../../core/random.ts';
import {
  createBootstrap,
  estimateMedian,
  estimateRatio,
  RESAMPLES,
} from '../../../../results/statistics/bootstrap.ts';
import { median, quantile } from '../../../../results/statistics/quantile.ts';

/** Exponential values, as skewed as boot times are. The true median is ln 2. */
function exponential(random: Random, n: number): number[] {
  return Array.from({ length: n }, () => -Math.log(1 - random.unit()));
}

function coverage(trials: number, holds: (random: Random) => boolean): number {
  const random = createRandom(20);
  let held = 0;
  for (let trial = 0; trial < trials; trial += 1) if (holds(random)) held += 1;
  return held / trials;
}

describe('the interval of the median', () => {
  // Two standard errors of 2,000 trials are 1 percentage point.
  it.each([
    [2, 0.47, 0.53],
    [5, 0.925, 0.95],
    [7, 0.95, 0.99],
    [20, 0.94, 0.98],
  ])('of %d values holds the true median in %d to %d of all trials', (n, atLeast, atMost) => {
    const bootstrap = createBootstrap(1);
    const share = coverage(2000, (random) => {
      const interval = bootstrap.median(exponential(random, n));
      return interval !== undefined && interval.low <= Math.LN2 && Math.LN2 <= interval.high;
    });
    expect(share).toBeGreaterThanOrEqual(atLeast);
    expect(share).toBeLessThanOrEqual(atMost);
  });

  it('is from the least to the greatest of up to five values', () => {
    expect(createBootstrap(1).median([3, 1])).toEqual({ low: 1, high: 3 });
    expect(createBootstrap(1).median([3, 1, 9, 4, 2])).toEqual({ low: 1, high: 9 });
  });

  it('gets narrower with more values, and is not thrown by one outlier', () => {
    const values = exponential(createRandom(4), 400);
    const width = (n: number): number => {
      const interval = createBootstrap(1).median(values.slice(0, n));
      return interval ? interval.high - interval.low : NaN;
    };
    expect(width(100)).toBeLessThan(width(25));
    expect(width(400)).toBeLessThan(width(100));
    expect(createBootstrap(1).median([...values, 1e9])?.high).toBeLessThan(1);
  });

  it('is a point where all values are the same', () => {
    expect(createBootstrap(1).median([0.1, 0.1, 0.1, 0.1])).toEqual({ low: 0.1, high: 0.1 });
  });

  it('is absent for fewer than two values', () => {
    expect(createBootstrap(1).median([])).toBeUndefined();
    expect(createBootstrap(1).median([5])).toBeUndefined();
  });
});

describe('the interval of a ratio of medians', () => {
  it.each([
    [5, 5],
    [10, 10],
    [5, 20],
  ])('of %d and %d values holds the true ratio in 94 to 98.5 % of all trials', (above, below) => {
    const bootstrap = createBootstrap(1);
    const share = coverage(2000, (random) => {
      const vm = exponential(random, above).map((value) => 30 + 9 * value);
      const container = exponential(random, below).map((value) => 10 + 3 * value);
      const interval = bootstrap.ratio(vm, container);
      return interval !== undefined && interval.low <= 3 && 3 <= interval.high;
    });
    expect(share).toBeGreaterThanOrEqual(0.94);
    expect(share).toBeLessThanOrEqual(0.985);
  });

  it('resamples both sides apart: a set over itself is no certain 1', () => {
    const values = exponential(createRandom(2), 20);
    const interval = createBootstrap(1).ratio(values, values);
    expect(interval?.low).toBeLessThan(0.9);
    expect(interval?.high).toBeGreaterThan(1.1);
  });

  it('is absent for fewer than two values on either side', () => {
    expect(createBootstrap(1).ratio([1, 2], [1])).toBeUndefined();
    expect(createBootstrap(1).ratio([1], [1, 2])).toBeUndefined();
  });

  it('is absent where the denominator may be 0 or less', () => {
    expect(createBootstrap(1).ratio([4, 5, 6], [0, 0, 1])).toBeUndefined();
    expect(createBootstrap(1).ratio([4, 5, 6], [-1, 2, 3])).toBeUndefined();
  });
});

describe('the seed', () => {
  const values = exponential(createRandom(8), 30);

  it('decides the interval, and nothing else does', () => {
    const alone = createBootstrap(77).median(values);
    const afterOthers = createBootstrap(77);
    afterOthers.ratio(values.slice(0, 11), values.slice(0, 12));
    afterOthers.median(values.slice(0, 29));
    expect(afterOthers.median(values)).toEqual(alone);
    expect(createBootstrap(77).median([...values].reverse())).toEqual(alone);
  });
});

describe('drawing ranks instead of values', () => {
  it.each([9, 10])('gives what resampling %d values gives', (n) => {
    const random = createRandom(31);
    const values = exponential(random, n);
    const medians = Array.from({ length: 40_000 }, () =>
      median(Array.from(values, () => values[random.below(n)] ?? NaN)),
    ).map(Number);

    // A ratio over a constant is the interval of the median with its ends at 2.5 %.
    const interval = createBootstrap(5).ratio(values, [1, 1]);
    const shareBelow = (end: number): number =>
      medians.filter((value) => value < end).length / medians.length;
    const shareUpTo = (end: number): number =>
      medians.filter((value) => value <= end).length / medians.length;
    expect(shareBelow(interval?.low ?? NaN)).toBeLessThan(0.03);
    expect(shareUpTo(interval?.low ?? NaN)).toBeGreaterThan(0.02);
    expect(shareBelow(interval?.high ?? NaN)).toBeLessThan(0.98);
    expect(shareUpTo(interval?.high ?? NaN)).toBeGreaterThan(0.97);
    expect(quantile(medians, 0.5)).toBeCloseTo(median(values) ?? NaN, 1);
  });

  it('takes a number of resamples whose 2.5 % is a whole position', () => {
    expect((RESAMPLES + 1) * 0.025).toBe(250);
  });
});

describe('an estimate', () => {
  const bootstrap = createBootstrap(1);

  it('of a median has its interval and the number of values', () => {
    expect(estimateMedian([1, 2, 3], bootstrap)).toEqual({ value: 2, interval: { low: 1, high: 3 }, n: 3 });
  });

  it('has no interval where one value gives none', () => {
    expect(estimateMedian([7], bootstrap)).toEqual({ value: 7, n: 1 });
    expect(estimateRatio([6, 6], [3], bootstrap)).toEqual({ value: 2, n: 1 });
  });

  it('of a ratio is that of the medians', () => {
    expect(estimateRatio([6, 6, 6], [3, 3], bootstrap)).toEqual({
      value: 2,
      interval: { low: 2, high: 2 },
      n: 2,
    });
  });

  it('of no values is no number', () => {
    expect(estimateMedian([], bootstrap)).toEqual({ value: NaN, n: 0 });
  });
});
