import { describe, expect, it } from 'vitest';
import { falseDiscoveryLevel, holm } from '../../../../results/statistics/correction.ts';

describe('Holm’s correction', () => {
  it('multiplies the least p by how many there are, the next by one less, and never lets the order change', () => {
    // By hand: 4 · 0.005, 3 · 0.01, 2 · 0.03, and 1 · 0.04, which may not be below 0.06.
    const corrected = holm([0.01, 0.04, 0.03, 0.005]);
    expect(corrected.map((p) => Number(p.toFixed(12)))).toEqual([0.03, 0.06, 0.06, 0.02]);
  });

  it('never exceeds 1', () => {
    expect(holm([0.6, 0.9, 0.2])).toEqual([1, 1, expect.closeTo(0.6) as number]);
  });

  it('leaves one p alone, and none', () => {
    expect(holm([0.04])).toEqual([0.04]);
    expect(holm([])).toEqual([]);
  });

  it('is never below the p itself, and never above Bonferroni’s', () => {
    const ps = [0.001, 0.2, 0.013, 0.04, 0.013];
    holm(ps).forEach((corrected, index) => {
      const p = ps[index] ?? NaN;
      expect(corrected).toBeGreaterThanOrEqual(p);
      expect(corrected).toBeLessThanOrEqual(Math.min(1, p * ps.length));
    });
  });
});

describe('falseDiscoveryLevel', () => {
  it('is Benjamini and Hochberg’s threshold', () => {
    // The example of their paper: the first four of fifteen.
    const ps = [
      0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.324, 0.4262, 0.5719, 0.6528,
      0.759, 1,
    ];
    expect(falseDiscoveryLevel(ps, 0.05)).toBeCloseTo((0.05 * 4) / 15, 10);
    expect(falseDiscoveryLevel([0.4, 0.5], 0.05)).toBe(0.025);
    expect(falseDiscoveryLevel([], 0.05)).toBe(0.05);
  });
});
