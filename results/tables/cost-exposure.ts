import { plainLine } from '../../core/text.ts';
import type { Unit } from '../../core/units.ts';
import { measuresTime } from '../marks.ts';
import { questionOf } from '../questions/registry.ts';
import type { Metric } from '../record.ts';
import type { MetricSummary } from '../summary.ts';
import type { Context } from './context.ts';
import { medianCell } from './medians.ts';
import { marksOver, runtimeCell, runtimesOf, type RuntimeView } from './runtimes.ts';
import { column, numeric, type Table } from './table.ts';

/**
 * What an instance costs, held against what it is exposed to: a place for each runtime, and no sum of unlike things.
 */
export interface CostExposure {
  /** The scenario of the exposures, where the figure stands. */
  scenario: string;
  cost: Axis;
  exposures: Axis[];
  places: Place[];
}

export interface Axis {
  metric: string;
  title: string;
  unit: Unit;
}

export interface Place {
  runtime: RuntimeView;
  cost: MetricSummary & { median: number };
  /** For each of `exposures`; `undefined` where it is missing. */
  exposures: (MetricSummary | undefined)[];
}

/** The first cost and the exposures that the run has measured; `undefined` where it lacks either. */
export function costExposureOf(context: Context): CostExposure | undefined {
  const scenarios = context.record.scenarios;
  // Of several the last: memory, which holds on an emulated host too, before a time.
  const priced = scenarios.findLast(({ id }) => questionOf(id).cost !== undefined);
  const exposed = scenarios.find(({ id }) => questionOf(id).exposure !== undefined);
  const cost = priced?.metrics.find(({ id }) => id === questionOf(priced.id).cost);
  if (priced === undefined || exposed === undefined || cost === undefined) return undefined;
  const paying = context.runtimes.flatMap((runtime) => {
    const paid = context.find(priced.id, cost.id, runtime.id);
    return paid?.median === undefined ? [] : [{ runtime, cost: { ...paid, median: paid.median } }];
  });
  const measuredOf = (metric: Metric, { id }: RuntimeView): MetricSummary | undefined =>
    context.find(exposed.id, metric.id, id);
  const exposures = exposed.metrics
    .filter(({ id }) => questionOf(exposed.id).exposure?.includes(id))
    .filter((metric) => paying.some(({ runtime }) => measuredOf(metric, runtime)?.median !== undefined));
  // One runtime is held against nothing.
  if (exposures.length === 0 || paying.length < 2) return undefined;
  return {
    scenario: exposed.id,
    cost: axisOf(cost),
    exposures: exposures.map(axisOf),
    places: paying.map((place) => ({
      ...place,
      exposures: exposures.map((metric) => measuredOf(metric, place.runtime)),
    })),
  };
}

function axisOf({ id, title, unit }: Metric): Axis {
  return { metric: id, title: plainLine(title, 60), unit };
}

export function costExposureTable({ cost, exposures, places }: CostExposure): Table {
  return {
    caption: 'Cost against exposure',
    ...marksOver(runtimesOf(places), measuresTime(cost.unit) ? 'all' : 'none'),
    columns: [
      column('Runtime'),
      numeric(cost.title, { note: cost.metric }),
      ...exposures.map(({ title, metric }) => numeric(title, { note: metric })),
    ],
    rows: places.map((place) => [
      runtimeCell(place.runtime),
      medianCell(place.cost),
      ...place.exposures.map(medianCell),
    ]),
  };
}
