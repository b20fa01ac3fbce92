import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../../core/random.ts';
import { permutationTests } from '../../../../results/statistics/permutation.ts';
import { createDetector } from '../../../../results/statistics/detectable.ts';
import { normalValues } from './draws.ts';

const sizes = [5, 10, 20, 50];

describe('the least slow-down that can be found', () => {
  const observed = normalValues(500, 0.05);

  it('is the one of the formula for normal noise', () => {
    // (1.96 + 1.28) · √(2 / n) · CV, and 2 % more for ranks instead of means (their efficiency is 3 / π).
    const [, , twenty, fifty] = createDetector({ sizes, alpha: 0.05, seed: 1 })(observed);
    expect(twenty?.effect).toBeCloseTo(0.0525, 2);
    expect(fifty?.effect).toBeCloseTo(0.0332, 2);
  });

  it('is found by the test of compare nine times of ten', () => {
    const alpha = 0.05 / 12;
    const [{ effect = NaN } = {}] = createDetector({ sizes: [12], alpha, seed: 1 })(observed);
    const random = createRandom(3);
    const pairs = Array.from({ length: 1500 }, () => ({
      base: normalValues(12, 0.05, random),
      next: normalValues(12, 0.05, random).map((value) => value * (1 + effect)),
    }));
    const found = permutationTests(pairs, { seed: 1 }).filter((p) => p <= alpha).length / pairs.length;
    expect(found).toBeGreaterThan(0.87);
    expect(found).toBeLessThan(0.93);
  });

  it('gets less with more rounds, and more with a smaller alpha', () => {
    const effects = (alpha: number) =>
      createDetector({ sizes: [10, 20, 50], alpha, seed: 1 })(observed).map(({ effect = NaN }) => effect);
    const [loose, strict] = [effects(0.05), effects(0.05 / 20)];
    expect(loose).toEqual([...loose].sort((a, b) => b - a));
    loose.forEach((effect, index) => expect(strict[index]).toBeGreaterThan(effect));
  });

  it('is none where no p of so few rounds could be small enough', () => {
    // Of 5 and 5 values the most extreme split has p = 2 / 252.
    expect(createDetector({ sizes: [5], alpha: 0.005, seed: 1 })(observed)).toEqual([{ rounds: 5 }]);
    expect(createDetector({ sizes: [5], alpha: 0.01, seed: 1 })(observed)[0]?.effect).toBeGreaterThan(0.1);
  });

  it('is any at all where nothing varies', () => {
    const found = createDetector({ sizes: [20], alpha: 0.05, seed: 1 })([8, 8, 8, 8]);
    expect(found).toEqual([{ rounds: 20, effect: 0 }]);
  });

  it('is the same for the same seed', () => {
    const options = { sizes, alpha: 0.05, seed: 4 };
    expect(createDetector(options)(observed)).toEqual(createDetector(options)(observed));
  });
});
