import { measuredSamples } from '../samples.ts';
import { densityIn, type Density, type DensityStep } from '../fleet/density.ts';
import { stepsWithInstances } from '../fleet/figures.ts';
import { marksOf, type Marked } from '../marks.ts';
import type { RunRecord, RuntimeDescription, Sample } from '../record.ts';
import { median } from '../statistics/quantile.ts';
import { costLines, type CostLines } from './cost-lines.ts';
import type { PlanBasis } from './capacity-plan.ts';

/** What a record knows of the density of a runtime. */
export interface Measured {
  runtime: RuntimeDescription;
  /** Of `idleMsPerS`, which is a time. */
  idleMarks: Marked;
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

/** The lines through all steps. `undefined`: see `costLines`. */
export function linesThrough(
  series: readonly Density[],
  basis: PlanBasis,
  confidence?: number,
): CostLines | undefined {
  const points = allSteps(series).map(({ live, totalBytes, hostDeltaBytes }) => ({
    x: live,
    y: basis === 'charge' ? totalBytes : hostDeltaBytes,
  }));
  return costLines(points, confidence);
}
