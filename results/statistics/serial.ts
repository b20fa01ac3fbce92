import { twoSidedP } from './normal.ts';

/** Whether neighbouring rounds are more alike than others: noise that comes in bursts. */
export interface Serial {
  /** Of the ranks of neighbours: 0 where rounds are independent, towards 1 where each is like the one before. */
  correlation: number;
  /** How likely so much likeness (or its opposite) is where there is none. */
  p: number;
}

/**
 * From the squared differences of neighbours' ranks (R. Bartels, "The Rank Version of von Neumann's Ratio Test for
 * Randomness", JASA 77, 1982), whose ratio is normal with mean 2 and a variance of about 4 / n from ten values on. A
 * drift shows here too. `values`: two at least, in the order of the rounds.
 */
export function serialOf(values: readonly number[]): Serial {
  const ranks = midRanks(values);
  const middle = (values.length + 1) / 2;
  const around = ranks.reduce((sum, rank) => sum + (rank - middle) ** 2, 0);
  if (around === 0) return { correlation: 0, p: 1 };
  const between = ranks.slice(1).reduce((sum, rank, index) => sum + (rank - (ranks[index] ?? rank)) ** 2, 0);
  const correlation = 1 - between / around / 2;
  return { correlation, p: twoSidedP(correlation * Math.sqrt(values.length)) };
}

/** From 1; tied values share the mean of theirs. */
function midRanks(values: readonly number[]): number[] {
  return values.map((value) => {
    const below = values.filter((other) => other < value).length;
    const alike = values.filter((other) => other === value).length;
    return below + (alike + 1) / 2;
  });
}
