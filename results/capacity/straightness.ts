import type { Point } from '../statistics/slope.ts';
import type { Straightness } from './capacity-plan.ts';
import type { CostLine } from './cost-lines.ts';

/** A step lies on the line where it is off by no more than this share of what the most live instances cost. */
export const STRAIGHT_SHARE = 0.05;

/** Any two points lie on one line. */
const FEWEST_PLACES = 3;

/**
 * How far the steps follow the line, which costs something for each instance. `undefined` where they are at fewer than
 * three places.
 */
export function straightnessOf(
  points: readonly Point[],
  { fixed, each }: CostLine,
): Straightness | undefined {
  if (new Set(points.map(({ x }) => x)).size < FEWEST_PLACES) return undefined;
  const whole = each * Math.max(...points.map(({ x }) => x));
  const off = points.map(({ x, y }) => ({ x, share: Math.abs(y - fixed - each * x) / whole }));
  const bent = off.filter(({ share }) => share > STRAIGHT_SHARE).map(({ x }) => x);
  const straight = points.map(({ x }) => x).filter((x) => bent.every((where) => x < where));
  return {
    ...(straight.length === 0 ? {} : { upTo: Math.max(...straight) }),
    offShare: Math.max(...off.map(({ share }) => share)),
  };
}
