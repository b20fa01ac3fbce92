import { createRandom, type Random } from '../../../../core/random.ts';

/** Normal values with mean 100 and standard deviation 100 · `cv` (Box and Muller, 1958). */
export function normalValues(count: number, cv: number, random: Random = createRandom(1)): number[] {
  return Array.from({ length: count }, () => {
    const radius = Math.sqrt(-2 * Math.log(1 - random.unit()));
    return 100 * (1 + cv * radius * Math.cos(2 * Math.PI * random.unit()));
  });
}
