import { describe, expect, it } from 'vitest';
import { createRandom, type Random } from '../../../../core/random.ts';
import { drawNormal, studentQuantile } from '../../../../results/statistics/normal.ts';
import {
  driftOf,
  fitSlope,
  incrementInterval,
  interceptAt,
  senInterval,
  type Point,
} from '../../../../results/statistics/slope.ts';
import { normalValues } from './draws.ts';

const points = (...pairs: [number, number][]): Point[] => pairs.map(([x, y]) => ({ x, y }));

/** The values at the places 1, 2, 3, … */
const inOrder = (values: readonly number[]): Point[] => values.map((y, index) => ({ x: index + 1, y }));

/** Steps of a series with instances at 20 each beside 30 for all. */
const straight = (xs: readonly number[]): Point[] => xs.map((x) => ({ x, y: 30 + 20 * x }));

describe('the line', () => {
  it('is the median slope of all pairs, through the median of what lies below it', () => {
    // Slopes: 1, 2, 7/3, 5/2, 3, 4, so 29/12; y less 29/12 x: 7/12, 1/6, 7/4, 1/3.
    expect(fitSlope(points([1, 3], [2, 5], [3, 9], [4, 10]))).toEqual({
      slope: expect.closeTo(29 / 12, 12) as number,
      intercept: expect.closeTo((7 / 12 + 1 / 3) / 2, 12) as number,
      steps: 4,
    });
  });

  it('is that of Sen’s own example', () => {
    // P. K. Sen, JASA 63 (1968); R's deming and SciPy test for the same interval. Both call it one of 93 %, and so does
    // he; by the exact distribution it holds 97 %, and the next narrower one 93 %.
    const sen = points([1, 9], [2, 15], [3, 19], [4, 20], [10, 45], [12, 55], [18, 78]);
    expect(fitSlope(sen)).toMatchObject({ slope: 4, intercept: 6, steps: 7 });
    expect(senInterval(sen, 0.95)).toEqual({ low: 26 / 7, high: 35 / 8 });
    expect(senInterval(sen, 0.93)).toEqual({ low: 15 / 4, high: 46 / 11 });
  });

  it('is that of the cloud seeding of Hollander and Wolfe, and its interval reaches over all slopes at n = 5', () => {
    // M. Hollander and D. A. Wolfe, Nonparametric Statistical Methods, example 9.1: −0.056 from these ten slopes.
    const seeding = points([1, 1.26], [2, 1.27], [3, 1.12], [4, 1.16], [5, 1.03]);
    expect(fitSlope(seeding)?.slope).toBeCloseTo(-0.05625, 10);
    const interval = senInterval(seeding, 0.95);
    expect(interval?.low).toBeCloseTo(-0.15, 10);
    expect(interval?.high).toBeCloseTo(0.04, 10);
  });

  it('does not follow one wild step', () => {
    const wild = straight([1, 2, 3, 4, 6, 8]).map((point) => (point.x === 6 ? { x: 6, y: 9000 } : point));
    expect(fitSlope(wild)).toMatchObject({ slope: 20, intercept: 30 });
  });

  it('says so in its interval where a step is wild', () => {
    const wild = straight([1, 2, 3, 4, 6, 8]).map((point) => (point.x === 8 ? { x: 8, y: 9000 } : point));
    expect(fitSlope(wild)).toMatchObject({ slope: 20, interval: {} });
    expect(fitSlope(wild)?.interval?.high).toBeGreaterThan(1000);
  });

  it('of several series leaves out pairs of the same number of instances', () => {
    // Three of the fifteen pairs lie above each other; of the other twelve six have a slope of 20, and six one from 18
    // to 22.
    const pooled = [...straight([1, 2, 3]), ...straight([1, 2, 3]).map(({ x, y }) => ({ x, y: y + 2 }))];
    expect(fitSlope(pooled)).toMatchObject({ slope: 20, intercept: 31, steps: 6 });
  });

  it('does not depend on the order of the steps', () => {
    const random = createRandom(3);
    const steps = noisy(random, [1, 2, 3, 4, 6, 8, 12], drawNormal);
    expect(fitSlope([...steps].reverse())).toEqual(fitSlope(steps));
  });

  it('is absent where there are no two different numbers of instances', () => {
    expect(fitSlope([])).toBeUndefined();
    expect(fitSlope(points([4, 1]))).toBeUndefined();
    expect(fitSlope(points([4, 1], [4, 2], [4, 3], [4, 4], [4, 5]))).toBeUndefined();
  });

  it('turned to another slope still goes through the middle of the points', () => {
    expect(interceptAt(straight([1, 2, 3, 4, 5]), 10)).toBe(60);
  });
});

describe('the interval', () => {
  it.each([2, 3, 4])('is absent for %d steps: chance alone puts so few in order too often', (count) => {
    const fit = fitSlope(straight([1, 2, 3, 4].slice(0, count)));
    expect(fit).toMatchObject({ slope: 20, steps: count });
    expect(fit).not.toHaveProperty('interval');
  });

  it('cuts off as many slopes as the tables of Kendall’s S allow', () => {
    // Critical values of K at 2.5 % (Hollander and Wolfe, table A.30): 10, 13, 15, 18, 20, 23 for n = 5 … 10.
    const critical = { 5: 10, 6: 13, 7: 15, 8: 18, 9: 20, 10: 23 };
    for (const [n, k] of Object.entries(critical)) {
      const steps = Number(n);
      const pairs = (steps * (steps - 1)) / 2;
      // With y = 2^x every slope is another one.
      const curve = Array.from({ length: steps }, (_, x) => ({ x, y: 2 ** x }));
      const slopes = curve
        .flatMap((b, index) => curve.slice(0, index).map((a) => (b.y - a.y) / (b.x - a.x)))
        .sort((a, b) => a - b);
      const cut = (pairs - (k - 2)) / 2;
      expect(senInterval(curve, 0.95)).toEqual({ low: slopes[cut - 1], high: slopes[pairs - cut] });
    }
  });

  it('goes from the exact distribution to the normal one without a jump', () => {
    const width = (steps: number): number => {
      const interval = senInterval(noisy(createRandom(5), upTo(steps), drawNormal), 0.95);
      return interval ? (interval.high - interval.low) * steps ** 1.5 : NaN;
    };
    expect(width(19) / width(18)).toBeGreaterThan(0.8);
    expect(width(19) / width(18)).toBeLessThan(1.25);
  });

  // Two standard errors of 2,000 trials are 1 percentage point; counts of orders are coarse for few steps.
  it.each<[string, number[], Noise, number, number]>([
    ['5 steps', [1, 2, 3, 4, 6], drawNormal, 0.973, 0.995],
    ['6 steps', [1, 2, 3, 4, 6, 8], drawNormal, 0.973, 0.995],
    ['10 steps', upTo(10), drawNormal, 0.94, 0.98],
    ['25 steps', upTo(25), drawNormal, 0.94, 0.97],
    ['10 skewed steps', upTo(10), exponential, 0.94, 0.98],
    ['3 series of 6 steps', [1, 2, 3, 4, 6, 8].flatMap((x) => [x, x, x]), drawNormal, 0.94, 0.975],
    ['5 series of 6 steps', [1, 2, 3, 4, 6, 8].flatMap((x) => [x, x, x, x, x]), drawNormal, 0.94, 0.97],
  ])('of readings, of %s, holds the true slope as often as it says', (_, xs, noise, atLeast, atMost) => {
    const random = createRandom(20);
    const trials = 2000;
    let held = 0;
    for (let trial = 0; trial < trials; trial += 1) {
      const interval = senInterval(noisy(random, xs, noise), 0.95);
      if (interval !== undefined && interval.low <= 20 && 20 <= interval.high) held += 1;
    }
    expect(held / trials).toBeGreaterThanOrEqual(atLeast);
    expect(held / trials).toBeLessThanOrEqual(atMost);
  });
});

describe('the interval for what adds up', () => {
  it('is Student’s of the increments, each weighing as much as the instances that it added', () => {
    // Increments 2 and 4 for one each, 3 for two: their mean is 3, their variance (1 + 1 + 0) / 2, over 4 instances.
    const interval = incrementInterval(points([1, 10], [2, 12], [3, 16], [5, 22]), 0.95);
    const reach = studentQuantile(0.975, 2) * Math.sqrt(1 / 4);
    expect(interval?.low).toBeCloseTo(3 - reach, 10);
    expect(interval?.high).toBeCloseTo(3 + reach, 10);
  });

  // Instances live on from step to step: what one of them costs more than another stays in all later steps.
  it.each([1, 3, 5])('holds the slope of %d series of six steps in which nothing else varies', (series) => {
    expect(
      coverage((random) => Array.from({ length: series }, () => addingUp(random, [1, 2, 3, 4, 6, 8])).flat()),
    ).toBeGreaterThan(0.94);
  });

  it('is there because that of readings alone is too narrow then', () => {
    const random = createRandom(20);
    const trials = Array.from({ length: 2000 }, () => addingUp(random, [1, 2, 3, 4, 6, 8]));
    const held = trials.filter((steps) => {
      const interval = senInterval(steps, 0.95);
      return interval !== undefined && interval.low <= 20 && 20 <= interval.high;
    });
    expect(held.length / trials.length).toBeLessThan(0.85);
  });

  it('holds readings as well, since the wider of both is taken', () => {
    expect(coverage((random) => noisy(random, [1, 2, 3, 4, 6, 8], drawNormal))).toBeGreaterThan(0.95);
  });
});

describe('the drift', () => {
  it('has the slope of most pairs, whatever single points do', () => {
    const values = Array.from({ length: 20 }, (_, index) => 100 + 2 * index);
    values[7] = 900;
    expect(driftOf(inOrder(values)).slope).toBeCloseTo(2, 1);
  });

  it('goes by the places: one without a value leaves a gap', () => {
    const drift = driftOf([1, 2, 5, 9].map((x) => ({ x, y: 3 * x })));
    expect(drift.slope).toBe(3);
  });

  it('has the p of Mann and Kendall', () => {
    // Ten rising values: two of 10! orders are as far out.
    expect(driftOf(inOrder([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])).p).toBeCloseTo(2 / 3_628_800, 12);
    // Twenty: 190 rises, variance 950, so z = 189 / √950 = 6.13.
    expect(driftOf(inOrder(Array.from({ length: 20 }, (_, index) => index))).p).toBeCloseTo(8.7e-10, 10);
  });

  it('is none where nothing varies', () => {
    expect(driftOf(inOrder([5, 5, 5, 5]))).toEqual({ slope: 0, p: 1 });
  });

  it('is found by chance alone in one run of twenty, and nearly always where values rise by 3 % in all', () => {
    const random = createRandom(11);
    const share = (rise: number): number => {
      const found = Array.from({ length: 2000 }, () => {
        const values = normalValues(20, 0.01, random);
        return driftOf(inOrder(values.map((value, index) => value + rise * index))).p <= 0.05;
      });
      return found.filter(Boolean).length / found.length;
    };
    expect(share(0)).toBeLessThan(0.06);
    expect(share(0)).toBeGreaterThan(0.03);
    expect(share(0.15)).toBeGreaterThan(0.9);
  });
});

/** In what share of 2,000 series the interval of the fit holds the true slope, 20. */
function coverage(series: (random: Random) => Point[]): number {
  const random = createRandom(20);
  const trials = Array.from({ length: 2000 }, () => fitSlope(series(random))?.interval);
  const held = trials.filter(
    (interval) => interval !== undefined && interval.low <= 20 && 20 <= interval.high,
  );
  return held.length / trials.length;
}

/** A series in which every instance costs something else, and nothing else varies. */
function addingUp(random: Random, xs: readonly number[]): Point[] {
  const costs = Array.from({ length: Math.max(...xs) }, () => 20 + drawNormal(random));
  return xs.map((x) => ({ x, y: costs.slice(0, x).reduce((total, cost) => total + cost, 30) }));
}

type Noise = (random: Random) => number;

function exponential(random: Random): number {
  return -3 * Math.log(1 - random.unit());
}

function upTo(last: number): number[] {
  return Array.from({ length: last }, (_, index) => index + 1);
}

function noisy(random: Random, xs: readonly number[], noise: Noise): Point[] {
  return straight(xs).map(({ x, y }) => ({ x, y: y + noise(random) }));
}
