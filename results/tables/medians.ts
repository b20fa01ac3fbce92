import { plainLine } from '../../core/text.ts';
import { formatValue } from '../../core/units.ts';
import { formatFactor, NOTHING } from '../../core/words.ts';
import { markedFigure, markedSubject, measuresTime } from '../marks.ts';
import type { Metric, ScenarioDescription } from '../record.ts';
import type { MetricSummary, RatioSummary } from '../summary.ts';
import type { Context } from './context.ts';
import {
  formatInterval,
  formatRatioInterval,
  formatSharedRounds,
  formatTimes,
  withDirection,
} from './format.ts';
import { markedId, marksOver, runtimeCell, shortName, timeHeading, type RuntimeView } from './runtimes.ts';
import { cell, column, numeric, type Cell, type Column, type Table } from './table.ts';

/** A metric of a scenario: ids of metrics begin with their scenario's, titles of rungs need it to be understood. */
export interface ScenarioMetric {
  scenario: ScenarioDescription;
  metric: Metric;
}

export type Pair = readonly [container: RuntimeView, vm: RuntimeView];

/** Every container with every VM. */
export function pairsOf(runtimes: readonly RuntimeView[]): Pair[] {
  const vms = runtimes.filter(({ kind }) => kind === 'vm');
  return runtimes
    .filter(({ kind }) => kind === 'container')
    .flatMap((container) => vms.map((vm) => [container, vm] as const));
}

/** A row for each metric, a column for each runtime and for the ratio of each pair. */
export function mediansByMetric(
  context: Context,
  metrics: readonly ScenarioMetric[],
  runtimes: readonly RuntimeView[],
  pairs: readonly Pair[],
): Table {
  const names = runtimes.map(({ name }) => name).join(' and ');
  const figures = metrics.flatMap((measured) => [
    ...runtimes.map((runtime) => find(context, measured, runtime)),
    ...pairs.map((pair) => findRatio(context, measured.metric, pair)),
  ]);
  return {
    caption: `${names}: medians with 95 % intervals${pairs.length > 0 ? ', and VM over container' : ''}`,
    ...marksOver(runtimes, timesAmong(metrics), anyDrifts(figures)),
    columns: [
      column('Metric'),
      ...runtimes.map((runtime) =>
        numeric(`${runtime.kind === 'vm' ? 'VM' : 'Container'}: ${shortName(runtime)}`, {
          brief: markedId(runtime),
        }),
      ),
      ...pairs.map((pair) => ratioColumn(pair, pairs.length === 1)),
      numeric('n'),
    ],
    rows: metrics.map((measured) => {
      const found = runtimes.map((runtime) => find(context, measured, runtime));
      const { metric } = measured;
      return [
        { text: headingOf(measured, runtimes), brief: briefOf(measured, runtimes), note: metric.id },
        ...found.map(medianCell),
        ...pairs.map((pair) =>
          ratioCell(
            findRatio(context, metric, pair),
            pair.map((runtime) => find(context, measured, runtime)?.n ?? 0),
          ),
        ),
        countCell(found, 'each'),
      ];
    }),
  };
}

/** A row for each runtime, a column for each metric. */
export function mediansByRuntime(
  context: Context,
  metrics: readonly ScenarioMetric[],
  caption: string,
): Table {
  const { runtimes } = context;
  const figures = runtimes.flatMap((runtime) => metrics.map((measured) => find(context, measured, runtime)));
  return {
    caption,
    ...marksOver(runtimes, timesAmong(metrics), anyDrifts(figures)),
    columns: [
      column('Runtime'),
      ...metrics.map((measured) =>
        numeric(headingOf(measured, runtimes), {
          brief: briefOf(measured, runtimes),
          note: measured.metric.id,
        }),
      ),
      numeric('n'),
    ],
    rows: runtimes.map((runtime) => {
      const found = metrics.map((measured) => find(context, measured, runtime));
      return [runtimeCell(runtime), ...found.map(medianCell), countCell(found, 'different')];
    }),
  };
}

function find(
  context: Context,
  { scenario, metric }: ScenarioMetric,
  runtime: RuntimeView,
): MetricSummary | undefined {
  return context.find(scenario.id, metric.id, runtime.id);
}

/** Its title, marked where it is a time and times are. */
function headingOf({ scenario, metric }: ScenarioMetric, runtimes: readonly RuntimeView[]): string {
  // A rung's title is a word (`ready`), which needs its scenario's title to be understood.
  const title = metric.role === 'rung' ? `${scenario.title}: until ${metric.title}` : metric.title;
  return markedAsTime(plainLine(title, 80), metric, runtimes);
}

const briefOf = ({ metric }: ScenarioMetric, runtimes: readonly RuntimeView[]): string =>
  markedAsTime(metric.id, metric, runtimes);

const markedAsTime = (text: string, { unit }: Metric, runtimes: readonly RuntimeView[]): string =>
  measuresTime(unit) ? timeHeading(text, runtimes) : text;

const timesAmong = (metrics: readonly ScenarioMetric[]): 'none' | 'some' =>
  metrics.some(({ metric }) => measuresTime(metric.unit)) ? 'some' : 'none';

/** Whether any of a table's figures has the mark of those that drift. */
const anyDrifts = (figures: readonly (MetricSummary | RatioSummary | undefined)[]): boolean =>
  figures.some((figure) => figure?.drift !== undefined);

/** The median with its interval, or why there is none. */
export function medianCell(summary: MetricSummary | undefined): Cell {
  if (summary?.median === undefined)
    return cell(NOTHING, summary?.missingReasons.map((reason) => plainLine(reason)).join('; '));
  const { median, interval, unit, drift } = summary;
  return cell(
    markedFigure(formatValue(median, unit), drift !== undefined),
    withDirection(formatInterval(interval, unit, median), drift),
  );
}

export function findRatio(
  { summary }: Context,
  metric: Metric,
  [container, vm]: Pair,
): RatioSummary | undefined {
  return summary.ratios.find(
    (ratio) => ratio.metric === metric.id && ratio.container === container.id && ratio.vm === vm.id,
  );
}

/** Of several pairs each says which it is. */
function ratioColumn([container, vm]: Pair, isOnly: boolean): Column {
  const emulated = vm.mark !== undefined;
  return numeric(isOnly ? 'VM / container' : `${vm.name} / ${container.name}`, {
    brief: markedSubject(`${isOnly ? 'VM / container' : `${vm.id} / ${container.id}`} [95 %]`, { emulated }),
    withNotes: true,
  });
}

function ratioCell(ratio: RatioSummary | undefined, sides: readonly number[]): Cell {
  if (ratio === undefined) return cell(NOTHING);
  const isDrifting = ratio.drift !== undefined;
  return {
    text: markedFigure(formatTimes(ratio), isDrifting),
    brief: markedFigure(formatFactor(ratio.ratio), isDrifting),
    note: `${withDirection(formatRatioInterval(ratio), ratio.drift)}${formatSharedRounds(ratio, sides)}`,
  };
}

/**
 * How many values there are, once where all have as many, and how many are missing. `shown`: of others each, or each
 * once.
 */
function countCell(found: readonly (MetricSummary | undefined)[], shown: 'each' | 'different'): Cell {
  const counts = found.map((summary) => String(summary?.n ?? 0));
  const missing = found.reduce((sum, summary) => sum + (summary?.missing ?? 0), 0);
  const different = [...new Set(counts)];
  const texts = shown === 'different' || different.length === 1 ? different : counts;
  return cell(texts.join(' / '), missing === 0 ? undefined : `${missing} missing`);
}
