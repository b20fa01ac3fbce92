import type { Interval } from './interval.ts';
import { normalQuantile } from './normal.ts';
import { leastP } from './permutation.ts';

/** The largest estimate: it means as many or more, and is no number to plan with. */
export const MOST_MORE_ROUNDS = 1000;

/** The share beyond either end of a 95 % interval. */
const TAIL = 0.025;

export interface RoundsQuestion {
  /** Values of the side that has fewer. */
  n: number;
  /** Of medians, with its 95 % interval; absent where there is none yet. */
  ratio?: number;
  interval?: Interval;
  minEffect: number;
  /** What an uncorrected p has to reach: alpha over the number of tests. */
  level: number;
  /** What an end of the interval has to reach for a pass, one-sided; 2.5 %, as of a 95 % interval, if absent. */
  passLevel?: number;
}

/**
 * About how many more values a side would decide: from 1 to 1000.
 *
 * The interval shrinks with √n. If the ratio stays where it is and lies within the minimum effect, the interval has to
 * fit between it and the nearer end of the minimum effect; if it lies beyond, an interval as wide as the level asks for
 * has to leave 1 out. And there must be so many values that p can reach the level at all.
 */
export function moreRounds({ n, level, ...rest }: RoundsQuestion): number {
  const needed = Math.max(leastRounds(level), n * shrinkage({ level, ...rest }) ** 2);
  return Math.min(MOST_MORE_ROUNDS, Math.max(1, Math.round(needed) - n));
}

/** How many times narrower the interval has to be; 1 where nothing is known of it. */
function shrinkage({
  ratio,
  interval,
  minEffect,
  level,
  passLevel = TAIL,
}: Omit<RoundsQuestion, 'n'>): number {
  if (ratio === undefined || interval === undefined) return 1;
  const half = (interval.high - interval.low) / 2;
  const distance = Math.abs(ratio - 1);
  const [room, tail] = distance < minEffect ? [minEffect - distance, passLevel] : [distance, level / 2];
  return room > 0 ? (half * normalQuantile(1 - tail)) / normalQuantile(1 - TAIL) / room : Infinity;
}

/** The fewest values a side of which two can differ so much that p reaches the level. */
function leastRounds(level: number): number {
  let n = 2;
  while (leastP(n) > level && n < MOST_MORE_ROUNDS) n += 1;
  return n;
}
