import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../../core/random.ts';
import { serialOf } from '../../../../results/statistics/serial.ts';
import { normalValues } from './draws.ts';

describe('the likeness of neighbouring rounds', () => {
  it('is near 1 where each is like the one before, and negative where they alternate', () => {
    const rising = Array.from({ length: 50 }, (_, index) => index);
    expect(serialOf(rising).correlation).toBeCloseTo(1, 1);
    expect(serialOf(rising.map((value) => value % 2)).correlation).toBeLessThan(-0.9);
  });

  it('is none where nothing varies', () => {
    expect(serialOf([4, 4, 4, 4])).toEqual({ correlation: 0, p: 1 });
  });

  it('is found by chance alone in about one run of twenty, and mostly where noise lasts for rounds', () => {
    const random = createRandom(5);
    const share = (memory: number): number => {
      const found = Array.from({ length: 2000 }, () => {
        let level = 0;
        const values = normalValues(20, 0.01, random).map((value) => (level = memory * level + value - 100));
        return serialOf(values).p <= 0.05;
      });
      return found.filter(Boolean).length / found.length;
    };
    expect(share(0)).toBeLessThan(0.06);
    expect(share(0.8)).toBeGreaterThan(0.8);
  });
});
