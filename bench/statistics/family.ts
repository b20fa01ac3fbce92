import type { Random } from '../../core/random.ts';
import type { Pair } from '../../results/compare/comparison.ts';
import { drawBoot, drawLevels, type NoiseId } from './noise.ts';

export interface FamilyShape {
  noise: NoiseId;
  metrics: number;
  /** Values a side. */
  n: number;
  /** How many times its old value the first metric is in NEW; 1 if absent. */
  factor?: number;
}

/** Two records, made one after the other: each has levels of its own. */
export function drawRecords(shape: FamilyShape, random: Random): Pair[] {
  const base = drawLevels(shape.noise, shape.n, random);
  return drawPairs(shape, base, drawLevels(shape.noise, shape.n, random), random);
}

/** One run whose rounds measure both sides: they share the level of the round. */
export function drawRun(shape: FamilyShape, random: Random): Pair[] {
  const levels = drawLevels(shape.noise, shape.n, random);
  return drawPairs(shape, levels, levels, random);
}

function drawPairs(
  { noise, metrics, factor = 1 }: FamilyShape,
  baseLevels: readonly number[],
  nextLevels: readonly number[],
  random: Random,
): Pair[] {
  const boots = (levels: readonly number[]): number[][] =>
    levels.map((level) => drawBoot(noise, metrics, random).map((value) => 100 * level * value));
  const [base, next] = [boots(baseLevels), boots(nextLevels)];
  return Array.from({ length: metrics }, (_, metric) => ({
    base: base.map((boot) => boot[metric] ?? NaN),
    next: next.map((boot) => (boot[metric] ?? NaN) * (metric === 0 ? factor : 1)),
    better: 'lower',
  }));
}
