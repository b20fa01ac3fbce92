import { fitSlope, interceptAt, type Point } from '../statistics/slope.ts';
import type { Estimate } from './capacity-plan.ts';

/** What instances cost together: `fixed` once, and `each` for every one of them. */
export interface CostLine {
  fixed: number;
  each: number;
}

/** The line through the steps, and those with the slopes at both ends of its interval. */
export interface CostLines {
  middle: CostLine;
  /** Absent where there are too few steps. */
  ends?: { cheap: CostLine; dear: CostLine };
}

/**
 * The lines through the steps of all series of a runtime. Lines of another slope are laid through the middle of the
 * same points, so that all of them agree about what was measured and part beyond it. `undefined`: see `fitSlope`.
 */
export function costLines(points: readonly Point[], confidence?: number): CostLines | undefined {
  const fit = fitSlope(points, confidence);
  if (fit === undefined) return undefined;
  const line = (each: number): CostLine => ({ each, fixed: interceptAt(points, each) });
  const { slope, intercept, interval } = fit;
  return {
    middle: { each: slope, fixed: intercept },
    ...(interval === undefined ? {} : { ends: { cheap: line(interval.low), dear: line(interval.high) } }),
  };
}

/**
 * The most instances N with fixed + (each + extra) · N ≤ budget, and the range of that over all lines. The slope of the
 * middle line is above 0.
 */
export function instancesWithin({ middle, ends }: CostLines, budget: number, extra: number): Estimate {
  const value = mostOf(middle, budget, extra) ?? 0;
  if (ends === undefined) return { value };
  const found = [ends.dear, middle, ends.cheap].map((line) => mostOf(line, budget, extra));
  const numbers = found.filter((number) => number !== undefined);
  const low = Math.min(...numbers);
  return {
    value,
    interval: numbers.length < found.length ? { low } : { low, high: Math.max(...numbers) },
  };
}

/** `undefined` where one more costs nothing: there is no most. */
function mostOf({ fixed, each }: CostLine, budget: number, extra: number): number | undefined {
  if (each + extra <= 0) return undefined;
  return Math.max(0, Math.floor((budget - fixed) / (each + extra)));
}
