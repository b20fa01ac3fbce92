import type { Bootstrap } from '../statistics/bootstrap.ts';
import type { Interval } from '../statistics/interval.ts';
import { median } from '../statistics/quantile.ts';
import type { Judgement, JudgeOptions, Pair } from './comparison.ts';
import { moreRounds } from '../statistics/sample-size.ts';

/** How far apart the sides of a pair are: medians NEW over BASE, and the 95 % interval of that. */
export interface Effect {
  ratio: number;
  interval: Interval;
}

export const TOO_FAR_APART = 'the sides are too far apart for a ratio';

const NEITHER_IS_BETTER = ', and neither way is better';

/** Whether a figure of which neither way is better has changed, which no verdict says. */
export function isUndirectedChange({ reason }: Pick<Judgement, 'reason'>): boolean {
  return reason?.endsWith(NEITHER_IS_BETTER) === true;
}

/** `undefined` where the ratio is too large or too small for a number. The pair is one that can be tested. */
export function effectOf({ base, next }: Pair, bootstrap: Bootstrap): Effect | undefined {
  const ratio = (median(next) ?? NaN) / (median(base) ?? NaN);
  const interval = bootstrap.ratio(next, base);
  const isFinite = interval !== undefined && Number.isFinite(interval.low) && Number.isFinite(interval.high);
  return Number.isFinite(ratio) && ratio > 0 && isFinite ? { ratio, interval } : undefined;
}

export interface Evidence {
  pair: Pair;
  effect: Effect | undefined;
  /** Corrected for everything that it has to be corrected for. */
  pCorrected: number;
  /** What an uncorrected p has to reach: alpha over the number of pairs. */
  level: number;
}

/**
 * The rule. A change is real (corrected p ≤ alpha) and matters (ratio at least the minimum effect from 1, or to or
 * from a median of 0): regression or improvement. The whole interval within the minimum effect: pass. Else nobody can
 * tell yet.
 */
export function verdictOf(
  { pair, effect, pCorrected, level }: Evidence,
  { minEffect, alpha }: JudgeOptions,
): Pick<Judgement, 'verdict' | 'moreRounds' | 'reason'> {
  if (effect === undefined) return withoutRatio(pair, pCorrected <= alpha);
  const { ratio, interval } = effect;
  if (pCorrected <= alpha && matters(ratio, minEffect)) {
    if (pair.better === 'none') return { verdict: 'inconclusive', reason: `changed${NEITHER_IS_BETTER}` };
    return { verdict: ratio > 1 === (pair.better === 'lower') ? 'regression' : 'improvement' };
  }
  if (liesWithin(interval, minEffect)) return { verdict: 'pass' };
  const n = Math.min(pair.base.length, pair.next.length);
  return { verdict: 'inconclusive', moreRounds: moreRounds({ n, ratio, interval, minEffect, level }) };
}

/** What comes from nothing, or goes to nothing, has changed by more than any ratio. */
function withoutRatio({ base, next, better }: Pair, isReal: boolean): Pick<Judgement, 'verdict' | 'reason'> {
  const [before = NaN, after = NaN] = [median(base), median(next)];
  const fromOrToZero = (before === 0) !== (after === 0);
  if (!isReal || !fromOrToZero) {
    const hasZero = [...base, ...next].includes(0);
    return { verdict: 'inconclusive', reason: hasZero ? 'values of 0: a ratio says nothing' : TOO_FAR_APART };
  }
  const reason = before === 0 ? 'it was 0' : 'it is 0 now';
  if (better === 'none')
    return { verdict: 'inconclusive', reason: `changed (${reason})${NEITHER_IS_BETTER}` };
  return { verdict: (before === 0) === (better === 'lower') ? 'regression' : 'improvement', reason };
}

/** Ratios are compared with a grain of salt: 1.05 - 1 is a little more than 0.05. */
const GRAIN = 1e-12;

function matters(ratio: number, minEffect: number): boolean {
  return Math.abs(ratio - 1) >= minEffect - GRAIN;
}

function liesWithin({ low, high }: Interval, minEffect: number): boolean {
  return low >= 1 - minEffect - GRAIN && high <= 1 + minEffect + GRAIN;
}
