import { differenceOf, type Interval } from '../statistics/interval.ts';
import { median } from '../statistics/quantile.ts';
import type { Density, DensityStep, Slope } from './density.ts';
import type { MinimumMemory, Trial } from './minimum-memory.ts';
import type { Burst } from './storm.ts';

/** What tables say of one density series. */
export interface DensityFigures {
  /** `undefined` where the series did not begin with one instance. */
  firstBytes: number | undefined;
  /** Per instance at the last step. */
  meanBytes: number;
  live: number;
  /** t0 to `ready` of the instance that was started last. */
  lastReadyMs: number | undefined;
  /** CPU time of one instance per second of doing nothing, at the last step. */
  idleCpuMsPerS: number | undefined;
  ksmSavedBytes: number | undefined;
  /** What all instances share once and are not charged for, at the last step; `undefined` in older records. */
  chargedElsewhereBytes: number | undefined;
}

/** Of a series with at least one step; throws a RangeError otherwise. */
export function densityFigures(density: Density): DensityFigures {
  const steps = stepsWithInstances(density);
  const [first, last] = [steps[0], steps.at(-1)];
  if (first === undefined || last === undefined) throw new RangeError('a density series without a step');
  return {
    firstBytes: first.live === 1 ? first.totalBytes : undefined,
    meanBytes: last.totalBytes / last.live,
    live: last.live,
    lastReadyMs: steps.flatMap(({ readyMs }) => readyMs).at(-1),
    idleCpuMsPerS: last.idleCpuMsPerS === undefined ? undefined : last.idleCpuMsPerS / last.live,
    ksmSavedBytes: last.ksmSavedBytes,
    chargedElsewhereBytes: last.chargedElsewhereBytes,
  };
}

/** A step at which nothing lived says nothing per instance. */
export function stepsWithInstances({ steps }: Density): DensityStep[] {
  return steps.filter(({ live }) => live > 0);
}

/** The difference of two slopes, and how wide it may be. */
export interface SlopeDifference {
  bytes: number;
  /** Absent where one of the slopes has none. */
  interval?: Interval;
}

/** `slope` less `than`; its interval is wider than 95 % asks for (`differenceOf`). */
export function slopeDifference(
  slope: Slope | undefined,
  than: Slope | undefined,
): SlopeDifference | undefined {
  if (slope === undefined || than === undefined) return undefined;
  const bytes = slope.slope - than.slope;
  if (slope.interval === undefined || than.interval === undefined) return { bytes };
  return { bytes, interval: differenceOf(slope.interval, than.interval) };
}

/** What tables say of one burst; times are `undefined` where nothing got ready. */
export function burstFigures({ readyMs }: Burst): {
  medianMs: number | undefined;
  slowestMs: number | undefined;
} {
  return { medianMs: median(readyMs), slowestMs: readyMs.length === 0 ? undefined : Math.max(...readyMs) };
}

/** The smallest memory that was enough, and the largest below it that was not; `undefined` where there is none. */
export function limitOf({ trials }: MinimumMemory): {
  smallest: Trial | undefined;
  tooSmall: Trial | undefined;
} {
  const byMemory = trials.toSorted((a, b) => a.memoryBytes - b.memoryBytes);
  const smallest = byMemory.find(({ outcome }) => outcome === 'ready');
  const tooSmall = byMemory.findLast(
    ({ outcome, memoryBytes }) =>
      outcome !== 'ready' && (smallest === undefined || memoryBytes < smallest.memoryBytes),
  );
  return { smallest, tooSmall };
}
