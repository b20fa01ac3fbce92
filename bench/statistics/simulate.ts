import { createRandom, type Random } from '../../core/random.ts';
import type { Bootstrap } from '../../results/statistics/bootstrap.ts';
import type { Judgement } from '../../results/compare/comparison.ts';

/** How many of `trials` were so. */
export function count(trials: number, seed: number, holds: (random: Random) => boolean): number {
  const random = createRandom(seed);
  let happened = 0;
  for (let trial = 0; trial < trials; trial += 1) if (holds(random)) happened += 1;
  return happened;
}

export function isAlarm({ verdict }: Judgement): boolean {
  return verdict === 'regression' || verdict === 'improvement';
}

/**
 * In the place of the bootstrap where only alarms are counted: an interval has no say in them. Here none is narrow
 * enough for a metric to pass, so that each stays exposed to a false alarm for as long as can be; and it takes no time.
 */
export const neverNarrow: Bootstrap = {
  median: () => undefined,
  ratio: () => ({ low: 0, high: Number.MAX_VALUE }),
};

/** The opposite, where only the guard of repeated looks is to keep a metric from passing. */
export const alwaysNarrow: Bootstrap = { median: () => undefined, ratio: () => ({ low: 1, high: 1 }) };
