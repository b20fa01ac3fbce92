import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../../core/random.ts';
import { driftOf } from '../../../../results/noise/drift.ts';
import { normalValues } from '../statistics/draws.ts';

const readings = (values: readonly number[]) => values.map((value, index) => ({ round: index + 1, value }));

describe('the drift over rounds', () => {
  it('has the slope of most pairs, whatever single rounds do', () => {
    const values = Array.from({ length: 20 }, (_, index) => 100 + 2 * index);
    values[7] = 900;
    expect(driftOf(readings(values)).slope).toBeCloseTo(2, 1);
  });

  it('counts rounds, not values: a round without one leaves a gap', () => {
    const drift = driftOf([1, 2, 5, 9].map((round) => ({ round, value: 3 * round })));
    expect(drift.slope).toBe(3);
  });

  it('has the p of Mann and Kendall', () => {
    // Ten rising values: 45 rises, variance 125, so z = 44 / √125 = 3.94.
    expect(driftOf(readings([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])).p).toBeCloseTo(0.000083, 6);
    // Two values in turn: the ties take from the variance.
    expect(driftOf(readings([1, 2, 1, 2, 1, 2, 1, 2, 1, 2])).p).toBeCloseTo(0.676, 2);
  });

  it('is none where nothing varies', () => {
    expect(driftOf(readings([5, 5, 5, 5]))).toEqual({ slope: 0, p: 1 });
  });

  it('is found by chance alone in one run of twenty, and nearly always where values rise by 3 % in all', () => {
    const random = createRandom(11);
    const share = (rise: number): number => {
      const found = Array.from({ length: 2000 }, () => {
        const values = normalValues(20, 0.01, random);
        return driftOf(readings(values.map((value, index) => value + rise * index))).p <= 0.05;
      });
      return found.filter(Boolean).length / found.length;
    };
    expect(share(0)).toBeLessThan(0.06);
    expect(share(0)).toBeGreaterThan(0.03);
    expect(share(0.15)).toBeGreaterThan(0.9);
  });
});
