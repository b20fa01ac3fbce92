import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../../core/random.ts';
import { kendallP, kendallS } from '../../../../results/statistics/kendall.ts';

/** By its definition, pair by pair. */
function pairByPair(values: readonly number[]): number {
  return values.reduce(
    (sum, later, at) =>
      sum + values.slice(0, at).reduce((own, earlier) => own + Math.sign(later - earlier), 0),
    0,
  );
}

describe('Kendall’s S', () => {
  it('is what counting pair by pair gives, ties included', () => {
    const random = createRandom(4);
    for (const length of [0, 1, 2, 3, 7, 20, 65])
      for (let trial = 0; trial < 50; trial += 1) {
        const values = Array.from({ length }, () => random.below(12) - 6);
        expect(kendallS(values)).toBe(pairByPair(values) + 0);
      }
  });
});

describe('its p', () => {
  it('is exact for few values', () => {
    // Two of 720 orders of six values, and the ten with one pair the wrong way round.
    expect(kendallP([1, 2, 3, 4, 5, 6], 15)).toBeCloseTo(2 / 720, 12);
    expect(kendallP([1, 2, 3, 4, 5, 6], -15)).toBeCloseTo(2 / 720, 12);
    expect(kendallP([1, 2, 3, 4, 6, 5], 13)).toBeCloseTo(12 / 720, 12);
    expect(kendallP([1, 2, 3, 4, 5, 6], 1)).toBe(1);
  });

  it('counts orders of tied values once', () => {
    // 1 1 2 has three orders, two of which are as far out.
    expect(kendallP([1, 1, 2], 2)).toBeCloseTo(2 / 3, 12);
    expect(kendallP([5, 5, 5], 0)).toBe(1);
  });

  it('is nearly the same on both sides of where counting ends', () => {
    const values = Array.from({ length: 19 }, (_, index) => index);
    const exact = kendallP(values.slice(0, 18), 55);
    expect(kendallP(values, 60)).toBeGreaterThan(exact * 0.7);
    expect(kendallP(values, 60)).toBeLessThan(exact * 1.4);
  });
});
