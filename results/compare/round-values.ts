import type { Rounds } from '../statistics/blocked-permutation.ts';
import type { Judgement, Pair } from './comparison.ts';
import { untestable } from './untestable.ts';

/** The values of a metric until some round. */
export interface RoundValues {
  rounds: Rounds;
  /** Of the rounds that gave both sides. */
  paired: Pair;
  /** Why it cannot be tested, or need not be. */
  obstacle: Judgement | undefined;
}

/** `pair`: values by round, NaN where a round gave none. `level`: what p would have to reach, for an estimate. */
export function valuesUntil({ base, next, better }: Pair, round: number, level: number): RoundValues {
  const rounds = Array.from({ length: round }, (_, index) => {
    const both = { base: base[index] ?? NaN, next: next[index] ?? NaN };
    return Number.isFinite(both.base) && Number.isFinite(both.next) ? both : undefined;
  });
  const whole = rounds.filter((values) => values !== undefined);
  const paired = { base: whole.map((both) => both.base), next: whole.map((both) => both.next), better };
  if (whole.length > 0) return { rounds, paired, obstacle: untestable(paired, level) };

  const given = (values: readonly number[]): number[] => values.slice(0, round).filter(Number.isFinite);
  const sides = { base: given(base), next: given(next) };
  const apart = sides.base.length > 0 && sides.next.length > 0;
  return { rounds, paired, obstacle: apart ? NEVER_BOTH : untestable(sides, level) };
}

const NEVER_BOTH: Judgement = { verdict: 'inconclusive', reason: 'no round gave both sides', moreRounds: 1 };
