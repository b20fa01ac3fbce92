import { createBootstrap, type Bootstrap } from '../statistics/bootstrap.ts';
import { createBlockedTest } from '../statistics/blocked-permutation.ts';
import type { Judgement, JudgeOptions, Pair } from './comparison.ts';
import { planLooks, type Look, type LookPlan } from '../statistics/looks.ts';
import { moreRounds } from '../statistics/sample-size.ts';
import { valuesUntil, type RoundValues } from './round-values.ts';
import { takeLook, type Decided, type Means, type SequentialJudgement } from './take-look.ts';
import { effectOf, TOO_FAR_APART } from './verdict.ts';

export { looks } from '../statistics/looks.ts';
export type { SequentialJudgement } from './take-look.ts';

export interface SequentialOptions extends JudgeOptions {
  /** Rounds measured so far; later values are not looked at. */
  round: number;
  maxRounds: number;
  /** true: the run ends with this round for a reason that has nothing to do with its values, such as time. */
  last?: boolean;
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
 * What can be said after `round` of at most `maxRounds` rounds of a family of metrics, of which each round measured both
 * sides once, in alternating order. `base[i]` and `next[i]` of a pair are of round i + 1, NaN where it gave none; rounds
 * that gave only one side are left out.
 *
 * It may be called after any round and stopped whenever it is `done`: over all looks (`looks(maxRounds)`) and the whole
 * family, the probability of any false alarm is `alpha` at most. Each look spends a part of it (planLooks), tests by
 * exact permutation within blocks of rounds (createBlockedTest) and corrects by Holm's rule.
 *
 * - regression, improvement: significant at this look's level, and at least the minimum effect.
 * - pass: the 95 % interval lies within the minimum effect, and so it does by the same test at the level of this look:
 *   NEW is significantly lower than BASE · (1 + minEffect), and higher than BASE · (1 - minEffect). The probability that
 *   a metric passes at any look that changed by the minimum effect or more is 2.5 % at most.
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
