import type { Random } from '../core/random.ts';

/** What is booted, and in how many rounds. */
export interface Group<T> {
  items: readonly T[];
  rounds: number;
}

export interface PlannedItem<T> {
  /** 0: the warm-up round with everything in it; from 1 on it counts. */
  round: number;
  /** 1-based within its round. */
  order: number;
  item: T;
}

/**
 * A warm-up round, then as many rounds as the larger group has; the other group's rounds are spread over them evenly, so
 * that both groups see the whole of the run. Shuffled anew in every round; the same seed gives the same order.
 */
export function planRounds<T>(one: Group<T>, other: Group<T>, random: Random): PlannedItem<T>[] {
  const total = Math.max(one.rounds, other.rounds);
  return Array.from({ length: total + 1 }, (_, round) => {
    const items = [one, other].filter((group) => takesPart(group.rounds, round, total));
    return random
      .shuffle(items.flatMap((group) => [...group.items]))
      .map((item, index) => ({ round, order: index + 1, item }));
  }).flat();
}

/** The same number of rounds lies before, between and after the rounds that a smaller group takes part in, give or take one. */
function takesPart(rounds: number, round: number, total: number): boolean {
  if (round === 0) return rounds > 0;
  const until = (end: number): number => Math.floor((end * rounds) / total + 0.5);
  return until(round) > until(round - 1);
}
