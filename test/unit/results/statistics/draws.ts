import { createRandom, type Random } from '../../../../core/random.ts';
import { drawNormal } from '../../../../results/statistics/normal.ts';

/** Normal values with mean 100 and standard deviation 100 · `cv`. */
export function normalValues(count: number, cv: number, random: Random = createRandom(1)): number[] {
  return Array.from({ length: count }, () => 100 * (1 + cv * drawNormal(random)));
}
