import { fitSlope, interceptAt, type Point } from '../statistics/slope.ts';
import type { Estimate, RuntimePlan } from './capacity-plan.ts';
import type { CompleteQuestion } from './question.ts';

/** What instances cost together: `fixed` once, and `each` for every one of them. */
interface CostLine {
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

export type Ceilings = Required<Pick<RuntimePlan, 'byMemory' | 'instances' | 'boundBy'>> &
  Pick<RuntimePlan, 'byCpu'>;

/**
 * Memory and, where CPUs are asked about, idle CPU; the lower one binds. Idle CPU has no interval, so that where it
 * binds, the plan has none. `idleMsPerS`: of one instance, `undefined` where it is not known.
 */
export function ceilingsOf(
  lines: CostLines,
  idleMsPerS: number | undefined,
  { hostMemoryBytes, hostCpus, reserveBytes, workloadMemoryBytes }: CompleteQuestion,
): Ceilings {
  const byMemory = instancesWithin(lines, hostMemoryBytes - reserveBytes, workloadMemoryBytes);
  if (hostCpus === undefined || idleMsPerS === undefined || idleMsPerS <= 0) {
    return { byMemory, instances: byMemory, boundBy: 'memory' };
  }
  const byCpu = { instances: Math.floor((hostCpus * 1000) / idleMsPerS), idleMsPerS };
  if (byCpu.instances < byMemory.value) {
    return { byMemory, byCpu, instances: { value: byCpu.instances }, boundBy: 'cpu' };
  }
  return { byMemory, byCpu, instances: cappedAt(byCpu.instances, byMemory), boundBy: 'memory' };
}

function cappedAt(most: number, { value, interval }: Estimate): Estimate {
  if (interval === undefined) return { value };
  return { value, interval: { low: interval.low, high: Math.min(interval.high ?? Infinity, most) } };
}
