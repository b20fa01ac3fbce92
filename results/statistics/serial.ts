import { twoSidedP } from './normal.ts';
import { ranksOf } from './ranks.ts';

/** Whether neighbours in a series are more alike than other values. */
export interface Serial {
  /** Of the ranks of neighbours: 0 where values are independent, towards 1 where each is like the one before. */
  correlation: number;
  /** Two-sided: how likely such a correlation is where values are independent. */
  p: number;
}

/**
 * From the squared differences of neighbours' ranks (R. Bartels, "The Rank Version of von Neumann's Ratio Test for
 * Randomness", JASA 77, 1982), whose ratio is normal with mean 2 and a variance of about 4 / n from ten values on. A
 * drift shows here too. `values`: two at least, in their order.
 */
export function serialOf(values: readonly number[]): Serial {
  const { rankOf } = ranksOf(values);
  const ranks = values.map((value) => rankOf.get(value) ?? NaN);
  const middle = values.length + 1;
  const around = ranks.reduce((sum, rank) => sum + (rank - middle) ** 2, 0);
  if (around === 0) return { correlation: 0, p: 1 };
  const between = squaredDifferences(ranks);
  const correlation = 1 - between / around / 2;
  return { correlation, p: twoSidedP(correlation * Math.sqrt(values.length)) };
}

/**
 * The variance of the noise from the differences of neighbours, which steps and creeps hardly touch (J. von Neumann,
 * Annals of Mathematical Statistics 12, 1941). 0 only where all values are alike.
 */
export function successiveVariance(values: ArrayLike<number>): number {
  return squaredDifferences(values) / 2 / Math.max(1, values.length - 1);
}

function squaredDifferences(values: ArrayLike<number>): number {
  let squares = 0;
  for (let index = 1; index < values.length; index += 1) {
    squares += ((values[index] ?? NaN) - (values[index - 1] ?? NaN)) ** 2;
  }
  return squares;
}
