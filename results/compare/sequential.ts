import { createBlockedTest, type BlockedP, type Rounds } from '../statistics/blocked-permutation.ts';
import { createBootstrap, type Bootstrap } from '../statistics/bootstrap.ts';
import { holm } from '../statistics/correction.ts';
import { planLooks, type Look, type LookPlan } from '../statistics/looks.ts';
import { moreRounds } from '../statistics/sample-size.ts';
import type { JudgeOptions, Judgement, Pair } from './comparison.ts';
import { untestable } from './judge.ts';
import { effectOf, TOO_FAR_APART, verdictOf } from './verdict.ts';

export interface SequentialOptions extends JudgeOptions {
  /** Rounds measured so far; later values are not looked at. */
  round: number;
  maxRounds: number;
  /** true: the run ends with this round for a reason that has nothing to do with its values, such as time. */
  last?: boolean;
}

export interface SequentialJudgement extends Judgement {
  /** The round of the look that decided; absent where none has. Ratio, interval and p are as they were then. */
  decidedAt?: number;
}

export interface SequentialDecision {
  /** In the order of the family. What is not decided is `inconclusive`, with the figures of all rounds so far. */
  judgements: SequentialJudgement[];
  /** Nothing is left that more rounds could decide. */
  done: boolean;
  /** The round of the last look; 0 before the first. */
  look: number;
  /** Of `alpha`, by the looks so far. */
  alphaSpent: number;
}

/**
 * What can be said after `round` of at most `maxRounds` rounds of a family of metrics, of which each round measured
 * both sides once, in alternating order. `base[i]` and `next[i]` of a pair are of round i + 1, NaN where it gave none;
 * rounds that gave only one side are left out.
 *
 * It may be called after any round and stopped whenever it is `done`: over all looks (`looks(maxRounds)`) and the whole
 * family, the probability of any false alarm is `alpha` at most. Each look spends a part of it (planLooks), tests by
 * exact permutation within blocks of rounds (createBlockedTest) and corrects by Holm's rule.
 *
 * - regression, improvement: significant at this look's level, and at least the minimum effect.
 * - pass: the 95 % interval lies within the minimum effect, and so it does by the same test at the level of this look:
 *   NEW is significantly lower than BASE · (1 + minEffect), and higher than BASE · (1 - minEffect). A metric that
 *   changed by the minimum effect or more passes at any look with a probability of 2.5 % at most.
 *
 * What a look decided stands. In Holm's rule an alarm makes the others' easier and a pass does not: only metrics that
 * have changed leave the family. `pCorrected` is for the family and for the looks: at most `alpha` where significant.
 *
 * Pure: earlier looks are taken again from the values of their rounds.
 */
export function decide(
  family: readonly Pair[],
  options: SequentialOptions,
  bootstrap: Bootstrap = createBootstrap(options.seed),
): SequentialDecision {
  const { round, maxRounds, alpha, last = false } = options;
  const means: Means = {
    options,
    level: alpha / Math.max(1, family.length),
    test: createBlockedTest(),
    bootstrap,
  };
  const taken = planLooks({ round, maxRounds, last, alpha, familySize: family.length });
  const decided: Decided = family.map(() => undefined);
  for (const look of taken) {
    const values = family.map((pair) => valuesUntil(pair, look.round, means.level));
    for (const [index, judgement] of takeLook(values, decided, look, means)) decided[index] = judgement;
  }

  const coming = nextLook({ round, maxRounds, alpha, familySize: family.length });
  const judgements = family.map(
    (pair, index) => decided[index] ?? undecided(valuesUntil(pair, round, means.level), coming, means),
  );
  return {
    judgements,
    done: taken.length > 0 && judgements.every(isSettled),
    look: taken.at(-1)?.round ?? 0,
    alphaSpent: taken.reduce((sum, { alarmLevel }) => sum + alarmLevel, 0),
  };
}

/** The next look at which an alarm can be raised; `undefined` after the last one. */
function nextLook(plan: Omit<LookPlan, 'last'>): Look | undefined {
  const all = planLooks({ ...plan, round: plan.maxRounds, last: true });
  return all.find(({ round, alarmLevel }) => round > plan.round && alarmLevel > 0);
}

function undecided(
  { rounds, paired, obstacle }: RoundValues,
  coming: Look | undefined,
  means: Means,
): Judgement {
  // Both sides are one and the same value so far: the next look says so.
  if (obstacle?.verdict === 'pass') return { ...obstacle, verdict: 'inconclusive', moreRounds: 1 };
  if (obstacle !== undefined) return obstacle;

  const effect = effectOf(paired, means.bootstrap);
  const p = means.test(rounds).twoSided;
  if (effect === undefined) return { verdict: 'inconclusive', p, reason: TOO_FAR_APART };
  const { alpha, minEffect } = means.options;
  const estimate = moreRounds({
    n: paired.base.length,
    ...effect,
    minEffect,
    ...(coming === undefined
      ? { level: means.level }
      : { level: (means.level * coming.alarmLevel) / alpha, passLevel: coming.passLevel }),
  });
  const untilLook = (coming?.round ?? 0) - rounds.length;
  return { verdict: 'inconclusive', ...effect, p, moreRounds: Math.max(estimate, untilLook) };
}

/** Decided, or nothing that more rounds could decide. */
function isSettled({ decidedAt, moreRounds: more }: SequentialJudgement): boolean {
  return decidedAt !== undefined || more === undefined;
}

/** What earlier looks decided, in the order of the family. */
type Decided = (SequentialJudgement | undefined)[];

interface Means {
  options: JudgeOptions;
  /** What an uncorrected p has to reach, about: for estimates. */
  level: number;
  test: (rounds: Rounds) => BlockedP;
  bootstrap: Bootstrap;
}

/** What this look decides of what is undecided, by index. */
function takeLook(
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

/** The values of a metric until some round. */
interface RoundValues {
  rounds: Rounds;
  /** Of the rounds that gave both sides. */
  paired: Pair;
  /** Why it cannot be tested, or need not be. */
  obstacle: Judgement | undefined;
}

/** `pair`: values by round, NaN where a round gave none. `level`: what p would have to reach, for an estimate. */
function valuesUntil({ base, next, better }: Pair, round: number, level: number): RoundValues {
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
