import type { Random } from '../../core/random.ts';
import { holm } from './correction.ts';
import { kendallP, kendallS, kendallVariance } from './kendall.ts';
import { median } from './quantile.ts';

/** Which way values go over the rounds. */
export type Direction = 'falls' | 'rises';

/** A figure's value in each round, in their order; NaN where a round gave none. */
export type RoundValues = readonly number[];

/** In at most this share of runs in which nothing drifts, anything is called a drift. */
export const DRIFT_ALPHA = 0.05;

/**
 * What a group's p, which is one of drawn orders, has to fall to, so that the promise is kept with something to spare.
 */
const GROUP_ALPHA = 0.04;

/** Orders of the rounds that are drawn, at most. */
const DRAWN = 999;
/** So many drawn orders that are as far out as the real one tell that it is nothing special. */
const ENOUGH_FARTHER = 60;
/**
 * More rounds than these are put together by their medians: what goes one way over 30 blocks does so over 300 rounds.
 */
const MOST_PLACES = 30;

/**
 * Of groups of figures that were measured in the same boots, as those of one runtime are: which of them go one way over
 * the rounds beyond chance, as a whole. Few rounds tell little of one figure and more of many.
 *
 * The rounds of a group are put into other orders, all its figures alike, so that it does not matter how these depend
 * on each other. p says how far out the sum of the fourth powers of their Kendall's S is, in standard deviations: one
 * clear figure counts there, and so do many that go a little. It is corrected over the groups by Holm's rule.
 */
export function findDrifts(groups: readonly (readonly RoundValues[])[], random: Random): boolean[] {
  return holm(groups.map((group) => groupP(group, random))).map((p) => p <= GROUP_ALPHA);
}

/**
 * Which way a figure goes, of a group that drifts; `undefined` where that is not beyond chance, by Mann's and Kendall's
 * test of this figure alone.
 */
export function directionOf(values: RoundValues): Direction | undefined {
  const there = values.filter((value) => !Number.isNaN(value));
  const s = kendallS(there);
  if (kendallP(there, s) > DRIFT_ALPHA) return undefined;
  return s < 0 ? 'falls' : 'rises';
}

/** 1 where no figure varies. Drawing ends early where it is clear that p is not small (Besag and Clifford 1991). */
function groupP(group: readonly RoundValues[], random: Random): number {
  const figures = group.map(blocksOf).flatMap((values) => {
    const variance = kendallVariance(values.filter((value) => !Number.isNaN(value)));
    return variance > 0 ? [{ values, variance }] : [];
  });
  const [first] = figures;
  if (first === undefined) return 1;
  const places = first.values.map((_, place) => place);
  const distance = (order: readonly number[]): number =>
    figures.reduce((sum, { values, variance }) => sum + (sOver(values, order) ** 2 / variance) ** 2, 0);
  // What differs by rounding alone is alike.
  const observed = distance(places) * (1 - 1e-9);
  let farther = 0;
  for (let drawn = 1; drawn <= DRAWN; drawn += 1) {
    if (distance(random.shuffle(places)) >= observed) farther += 1;
    if (farther === ENOUGH_FARTHER) return farther / drawn;
  }
  return (farther + 1) / (DRAWN + 1);
}

function blocksOf(values: RoundValues): number[] {
  const blocks = Math.min(values.length, MOST_PLACES);
  return Array.from({ length: blocks }, (_, block) => {
    const [from, to] = [block, block + 1].map((end) => Math.round((end * values.length) / blocks));
    return median(values.slice(from, to).filter((value) => !Number.isNaN(value))) ?? NaN;
  });
}

/** Kendall's S of the values in this order; a pair with a gap counts nothing. */
function sOver(values: readonly number[], order: readonly number[]): number {
  let s = 0;
  for (let later = 1; later < order.length; later += 1) {
    const value = values[order[later] ?? 0] ?? NaN;
    for (let earlier = 0; earlier < later; earlier += 1) {
      const before = values[order[earlier] ?? 0] ?? NaN;
      if (value > before) s += 1;
      else if (value < before) s -= 1;
    }
  }
  return s;
}
