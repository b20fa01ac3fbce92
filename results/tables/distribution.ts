import { formatValue, type Unit } from '../../core/units.ts';
import { markedFigure, measuresTime } from '../marks.ts';
import { questionOf } from '../questions/registry.ts';
import type { Direction } from '../statistics/drifts.ts';
import type { MetricSummary } from '../summary.ts';
import { headlineMetrics, leadRung, metricHeading, type Context } from './context.ts';
import { shortName, marksOver, runtimesOf, type RuntimeView } from './runtimes.ts';
import { cell, column, numeric, type Table } from './table.ts';

/** Raw points are thinned out above this, so that a long run still makes a small page. */
export const SHOWN_POINTS = 300;

/** All values of one metric, runtime by runtime. */
export interface Distribution {
  scenario: string;
  metric: string;
  title: string;
  unit: Unit;
  spreads: Spread[];
}

export interface Spread {
  runtime: RuntimeView;
  n: number;
  missing: number;
  median: number;
  min: number;
  max: number;
  p25: number;
  p75: number;
  /** As in `MetricSummary`. */
  drift?: Direction;
  /** Every value, or an even selection of `SHOWN_POINTS` of them with both extremes. */
  shown: number[];
}

/** The lead rung of every ladder; of scenarios that no other chart knows, the headline metrics. */
export function distributionsOf(context: Context): Distribution[] {
  return context.record.scenarios.flatMap((scenario) => {
    const lead = leadRung(scenario);
    const drawnElsewhere =
      scenario.metrics.some((metric) => metric.role === 'part') ||
      questionOf(scenario.id).hasOwnChart === true;
    const metrics = lead ? [lead] : drawnElsewhere ? [] : headlineMetrics(scenario).slice(0, 4);
    return metrics.flatMap((metric) => {
      const spreads = context.runtimes.flatMap((runtime) => {
        const found = context.find(scenario.id, metric.id, runtime.id);
        return found === undefined ? [] : (spreadOf(runtime, found) ?? []);
      });
      const title = metricHeading(scenario, metric);
      return spreads.length === 0
        ? []
        : [{ scenario: scenario.id, metric: metric.id, title, unit: metric.unit, spreads }];
    });
  });
}

function spreadOf(runtime: RuntimeView, found: MetricSummary): Spread | undefined {
  const { n, missing, median, min, max, p25, p75, drift } = found;
  if (
    median === undefined ||
    min === undefined ||
    max === undefined ||
    p25 === undefined ||
    p75 === undefined
  ) {
    return undefined;
  }
  const shown = thinOut(found.values, SHOWN_POINTS);
  return { runtime, n, missing, median, min, max, p25, p75, ...(drift && { drift }), shown };
}

/** At most `limit` of the values: evenly spaced by rank, so that both extremes and the shape stay. */
export function thinOut(values: readonly number[], limit: number): number[] {
  if (values.length <= limit) return [...values];
  const sorted = values.toSorted((a, b) => a - b);
  const step = (sorted.length - 1) / (limit - 1);
  return Array.from({ length: limit }, (_, index) => sorted[Math.round(index * step)] ?? Number.NaN);
}

/** Extremes and quartiles: a row for each runtime. */
export function distributionTable({ title, unit, spreads }: Distribution): Table {
  return {
    caption: `${title}: distribution`,
    ...marksOver(
      runtimesOf(spreads),
      measuresTime(unit) ? 'all' : 'none',
      spreads.some(({ drift }) => drift !== undefined),
    ),
    columns: [
      column('Runtime'),
      ...['n', 'Smallest', 'Quartile 1', 'Median', 'Quartile 3', 'Largest'].map((name) => numeric(name)),
    ],
    rows: spreads.map(({ runtime, n, min, p25, median, p75, max, drift }) => [
      cell(shortName(runtime)),
      cell(String(n)),
      ...[min, p25].map((value) => cell(formatValue(value, unit))),
      cell(markedFigure(formatValue(median, unit), drift !== undefined), drift),
      ...[p75, max].map((value) => cell(formatValue(value, unit))),
    ]),
  };
}
