import { parseBytes } from '../../core/units.ts';
import { measuredSamples } from '../samples.ts';
import { densityIn, type Density, type DensityStep } from '../fleet/density.ts';
import { stepsWithInstances } from '../fleet/figures.ts';
import { marksOf, type Marked } from '../marks.ts';
import type { RunRecord, RuntimeDescription, Sample } from '../record.ts';
import { median } from '../statistics/quantile.ts';
import type { Point } from '../statistics/slope.ts';
import { costLines, type CostLines } from './cost-lines.ts';
import type { PlanBasis } from './capacity-plan.ts';

/** What a record knows of the density of a runtime. */
export interface Measured {
  runtime: RuntimeDescription;
  /** Of `idleMsPerS`, which is a time. */
  idleMarks: Marked;
  /** The RAM of a VM, bytes; the memory limit of a container. */
  memoryBytes: number;
  /** In the order of the rounds; none where every one failed. */
  series: Density[];
  /** CPU time of one idle instance, ms per second, the median of the series; `undefined` where it was not read. */
  idleMsPerS: number | undefined;
  /** Why the last series that failed did. */
  failure: string | undefined;
}

/** `undefined` where density was not asked of this runtime. */
export function measuredDensity(record: RunRecord, runtime: RuntimeDescription): Measured | undefined {
  const samples = measuredSamples(record, 'density', runtime.id);
  if (samples.length === 0) return undefined;
  const good = samples.filter(({ outcome }) => outcome === 'ok');
  return {
    runtime,
    idleMarks: marksOf([record], [runtime.id], 'ms/s'),
    memoryBytes: memoryOf(runtime) ?? record.plan.memoryBytes,
    series: good.flatMap(({ details }) => densityIn(details) ?? []),
    idleMsPerS: median(good.flatMap((sample) => valueIn(sample, 'density.idle-cpu') ?? [])),
    failure: samples.findLast(({ outcome }) => outcome !== 'ok')?.error?.message,
  };
}

function valueIn({ values }: Sample, metric: string): number | undefined {
  return values.find((value) => value.metric === metric)?.value;
}

/** Of all series put together; a step at which nothing lived tells nothing. */
export function allSteps(series: readonly Density[]): DensityStep[] {
  return series.flatMap(stepsWithInstances);
}

/** The part of a VM's memory that emulation alone takes. */
const TRANSLATION_CACHE = 'memory.translation-cache';

/** How the lines through the steps of a runtime are laid. */
export interface LineOptions {
  basis: PlanBasis;
  /** Less the translation cache of an emulated VM: see `hasTranslationCache`. Default: false. */
  withoutCache?: boolean;
  /** Of the interval. Default: 0.95. */
  confidence?: number;
}

/** The lines through all steps. `undefined`: see `costLines`. */
export function linesThrough(series: readonly Density[], options: LineOptions): CostLines | undefined {
  return costLines(pointsOf(series, options), options.confidence);
}

/** Whether the steps of an emulated VM tell its translation cache. */
export function hasTranslationCache({ runtime, series }: Measured): boolean {
  const steps = allSteps(series);
  return runtime.emulated && steps.length > 0 && steps.every((step) => cacheIn(step) !== undefined);
}

/** What all instances cost, bytes, over how many of them live. */
export function pointsOf(series: readonly Density[], { basis, withoutCache = false }: LineOptions): Point[] {
  return allSteps(series).map((step) => ({
    x: step.live,
    y:
      (basis === 'charge' ? step.totalBytes : step.hostDeltaBytes) -
      (withoutCache ? (cacheIn(step) ?? 0) : 0),
  }));
}

function cacheIn({ parts }: DensityStep): number | undefined {
  return parts.find(({ id }) => id === TRANSLATION_CACHE)?.bytes;
}

/** As its options name it, which older records have as text; `undefined` where they do not. */
function memoryOf({ options: { memory } }: RuntimeDescription): number | undefined {
  return typeof memory === 'string' ? parseBytes(memory) : typeof memory === 'number' ? memory : undefined;
}
