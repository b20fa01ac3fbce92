import type { Bootstrap } from '../statistics/bootstrap.ts';
import type { BlockedP, Rounds } from '../statistics/blocked-permutation.ts';
import type { Judgement, JudgeOptions } from './comparison.ts';
import { holm } from '../statistics/correction.ts';
import type { Look } from '../statistics/looks.ts';
import type { RoundValues } from './round-values.ts';
import { effectOf, verdictOf } from './verdict.ts';

export interface SequentialJudgement extends Judgement {
  /** The round of the look that decided; absent where none has. Ratio, interval and p are as they were then. */
  decidedAt?: number;
}

/** What earlier looks decided, in the order of the family. */
export type Decided = (SequentialJudgement | undefined)[];

/** What every look needs. */
export interface Means {
  options: JudgeOptions;
  /** What an uncorrected p has to reach, about: for estimates. */
  level: number;
  test: (rounds: Rounds) => BlockedP;
  bootstrap: Bootstrap;
}

/** What this look decides of what is undecided, by index. */
export function takeLook(
  values: readonly RoundValues[],
  decided: Readonly<Decided>,
  look: Look,
  { options, level, test, bootstrap }: Means,
): Map<number, SequentialJudgement> {
  const found = new Map<number, SequentialJudgement>();
  const open: (RoundValues & { index: number; p: number })[] = [];
  let passed = 0;
  values.forEach((value, index) => {
    if (value.obstacle !== undefined) {
      if (value.obstacle.verdict === 'pass') found.set(index, value.obstacle);
    } else if (decided[index] === undefined) open.push({ ...value, index, p: test(value.rounds).twoSided });
    else if (decided[index].verdict === 'pass') passed += 1;
  });

  const corrected = holm([...open.map(({ p }) => p), ...new Array<number>(passed).fill(1)]);
  open.forEach(({ index, rounds, paired, p }, position) => {
    const pCorrected = forAllLooks(corrected[position] ?? 1, look.alarmLevel, options.alpha);
    const within = isWithin(rounds, options.minEffect, look.passLevel, test);
    if (pCorrected > options.alpha && !within) return;
    const effect = effectOf(paired, bootstrap);
    const judgement = verdictOf({ pair: paired, effect, pCorrected, level }, options);
    const isDecision = judgement.verdict === 'pass' ? within : judgement.moreRounds === undefined;
    if (isDecision) found.set(index, { ...judgement, ...effect, p, pCorrected });
  });
  return new Map(
    [...found]
      .filter(([index]) => decided[index] === undefined)
      .map(([index, judgement]) => [index, { ...judgement, decidedAt: look.round }]),
  );
}

/** In units in which `alpha` is what this look's level is. */
function forAllLooks(corrected: number, alarmLevel: number, alpha: number): number {
  return alarmLevel === 0 ? 1 : Math.min(1, (corrected * alpha) / alarmLevel);
}

/** Whether NEW is significantly nearer to BASE than the minimum effect, on both sides of it. */
function isWithin(rounds: Rounds, minEffect: number, level: number, test: Means['test']): boolean {
  if (level === 0) return false;
  const against = (factor: number): Rounds =>
    rounds.map((round) => round && { base: round.base * factor, next: round.next });
  return test(against(1 + minEffect)).low <= level && test(against(1 - minEffect)).high <= level;
}
