import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../../core/random.ts';
import { leastP, permutationTests, type Sides } from '../../../../results/statistics/permutation.ts';
import { countSums, distanceOf, rankSum } from '../../../../results/statistics/ranks.ts';

function pOf(base: number[], next: number[]): number | undefined {
  return permutationTests([{ base, next }], { seed: 1 })[0];
}

/** `size` values a side, those of NEW moved by `shift`; `step` rounds them, so that many are tied. */
function draw(seed: number, size: number, shift: number, step = 0): Sides {
  const random = createRandom(seed);
  const side = (level: number): number[] =>
    Array.from({ length: size }, () => {
      const value = level + random.unit();
      return step === 0 ? value : Math.round(value / step) * step;
    });
  return { base: side(10), next: side(10 + shift) };
}

describe('p by hand', () => {
  it('is the share of splits that are as extreme', () => {
    // 20 splits of six values; only 1 2 3 | 4 5 6 and its reverse have their rank sums so far apart.
    expect(pOf([1, 2, 3], [4, 5, 6])).toBeCloseTo(2 / 20, 12);
    // Rank sum 7 of BASE; 6 and 7, and 14 and 15 at the other end, of 20.
    expect(pOf([1, 2, 4], [3, 5, 6])).toBeCloseTo(4 / 20, 12);
    expect(pOf([1, 2], [3, 4])).toBeCloseTo(2 / 6, 12);
  });

  it('takes the mean rank of tied values', () => {
    // Ranks 1.5 1.5 3.5 | 3.5 5.5 5.5. Sums up to 6.5: either of the 2s joins the 1s; and so for the 3s.
    expect(pOf([1, 1, 2], [2, 3, 3])).toBeCloseTo(4 / 20, 12);
    // Wherever the 2 is, the split is as extreme.
    expect(pOf([1, 1], [1, 2])).toBe(1);
    expect(pOf([7, 7, 7], [7, 7, 7])).toBe(1);
  });

  it('takes sides of different sizes', () => {
    // The 5 may be any of four; it is at either end in two.
    expect(pOf([5], [1, 2, 3])).toBeCloseTo(2 / 4, 12);
    // Of 21 pairs of ranks 1 to 7, only 1 2 and 6 7 are as far from the mean sum of 8.
    expect(pOf([3, 4, 5, 6, 7], [1, 2])).toBeCloseTo(2 / 21, 12);
  });

  it('has its least value where the sides do not overlap', () => {
    expect(leastP(3)).toBeCloseTo(2 / 20, 12);
    expect(leastP(6)).toBeCloseTo(2 / 924, 12);
    expect(pOf([1, 2, 3, 4, 5, 6], [7, 8, 9, 10, 11, 12])).toBeCloseTo(leastP(6), 12);
  });
});

describe('p', () => {
  it('is the same whichever side is called BASE, and on any scale that keeps the order', () => {
    const { base, next } = draw(3, 9, 0.3);
    const p = pOf([...base], [...next]);
    expect(pOf([...next], [...base])).toBe(p);
    expect(pOf(base.map(Math.exp), next.map(Math.exp))).toBe(p);
  });

  it('is not moved by how far out an outlier is', () => {
    const { base, next } = draw(3, 9, 0.3);
    const greatest = Math.max(...base, ...next);
    const farOut = (values: readonly number[]): number[] =>
      values.map((value) => (value === greatest ? 1e9 : value));
    expect(pOf(farOut(base), farOut(next))).toBe(pOf([...base], [...next]));
  });

  it('is at most 5 % in at most 5 % of equal pairs', () => {
    const pairs = Array.from({ length: 4000 }, (_, seed) => draw(seed, 7, 0));
    const small = permutationTests(pairs, { seed: 1 }).filter((p) => p <= 0.05).length;
    expect(small / pairs.length).toBeLessThan(0.06);
    expect(small / pairs.length).toBeGreaterThan(0.03);
  });
});

describe('sampled p', () => {
  /** By counting, whatever it takes. */
  function exactP({ base, next }: Sides): number {
    const pair = rankSum(base, next);
    const counts = countSums(pair.ranks, pair.size);
    const isAsExtreme = (sum: number): boolean => distanceOf(sum, pair) >= distanceOf(pair.sum, pair);
    const all = counts.reduce((sum, count) => sum + count, 0);
    return counts.reduce((sum, count, at) => (isAsExtreme(at) ? sum + count : sum), 0) / all;
  }

  it.each([
    ['without ties', 0],
    ['with ties', 0.1],
  ])('is near the exact one %s', (_, step) => {
    const pairs = [0, 0.1, 0.15, 0.2].map((shift, seed) => draw(seed + 5, 36, shift, step));
    const ps = permutationTests(pairs, { seed: 1 });
    pairs.forEach((pair, index) => {
      const p = ps[index] ?? NaN;
      const exact = exactP(pair);
      // Four standard errors of 200 draws or more as extreme, or of 9,999 draws.
      const error = 4 * Math.max(exact / Math.sqrt(200), Math.sqrt(exact / 9999));
      expect(Math.abs(p - exact)).toBeLessThan(error);
    });
  });

  it('is never 0', () => {
    const { base } = draw(1, 50, 0);
    const next = base.map((value) => value + 100);
    expect(pOf([...base], next)).toBe(1 / 10_000);
    expect(permutationTests([{ base, next }], { seed: 1, resamples: 49_999 })).toEqual([1 / 50_000]);
  });

  it('depends on the seed and on nothing else', () => {
    const pairs = [draw(1, 40, 0.1), draw(2, 40, 0.1), draw(3, 50, 0.1)];
    const ps = permutationTests(pairs, { seed: 5 });
    expect(permutationTests(pairs, { seed: 5 })).toEqual(ps);
    expect(permutationTests(pairs.toReversed(), { seed: 5 }).reverse()).toEqual(ps);
    expect(permutationTests(pairs.slice(0, 1), { seed: 5 })[0]).toBe(ps[0]);
    expect(permutationTests(pairs, { seed: 6 })).not.toEqual(ps);
  });

  it('is at most 5 % in at most 5 % of equal pairs', () => {
    const pairs = Array.from({ length: 400 }, (_, seed) => draw(seed, 40, 0, 0.05));
    const small = permutationTests(pairs, { seed: 1, resamples: 999 }).filter((p) => p <= 0.05).length;
    expect(small / pairs.length).toBeLessThan(0.09);
    expect(small / pairs.length).toBeGreaterThan(0.02);
  });
});
