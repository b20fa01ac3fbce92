import { plainLine } from '../../core/text.ts';
import { formatValue } from '../../core/units.ts';
import { NOTHING } from '../../core/words.ts';
import type { Metric, ScenarioDescription } from '../record.ts';
import type { MetricSummary, RatioSummary } from '../summary.ts';
import { formatInterval, formatRatioInterval, formatSharedRounds, formatTimes } from './format.ts';
import { headlineMetrics, type Context } from './context.ts';
import { measuresTime } from '../marks.ts';
import { markOf, timeHeading, type RuntimeView } from './runtimes.ts';
import { cell, column, numeric, type Cell, type Table } from './table.ts';

/** Pairs are shown one by one up to here; beyond, every runtime has a line of one table. */
const MOST_PAIRS = 2;

/**
 * One table for each pair of a container with a VM; where there is no pair, one over all runtimes; where there are many,
 * one with a line for each runtime.
 */
export function headlineTables(context: Context): Table[] {
  const containers = context.runtimes.filter((runtime) => runtime.kind === 'container');
  const vms = context.runtimes.filter((runtime) => runtime.kind === 'vm');
  const pairs = containers.flatMap((container) => vms.map((vm) => [container, vm] as const));
  if (context.runtimes.length === 0) return [];
  if (pairs.length === 0) return [tableOver(context, context.runtimes)];
  if (pairs.length > MOST_PAIRS) return tablesByRuntime(context);
  return pairs.map((pair) => tableOver(context, pair, pair));
}

/** A table for each scenario: runtimes down, its headline metrics across. */
function tablesByRuntime(context: Context): Table[] {
  const { record, runtimes } = context;
  return record.scenarios.flatMap((scenario) => {
    const metrics = headlineMetrics(scenario);
    if (metrics.length === 0) return [];
    const mark = markOf(runtimes, timesAmong(metrics));
    return [
      {
        caption: `${plainLine(scenario.title, 40)}: medians with 95 % intervals; the ratio of every pair is in ratios.csv`,
        ...(mark === undefined ? {} : { mark }),
        columns: [
          column('Runtime'),
          ...metrics.map((metric) => ({
            title: headingOf(scenario, metric, runtimes),
            note: metric.id,
            numeric: true,
          })),
          numeric('n'),
        ],
        rows: runtimes.map((runtime) => {
          const found = metrics.map((metric) => context.find(scenario.id, metric.id, runtime.id));
          const counts = [...new Set(found.map((summary) => String(summary?.n ?? 0)))];
          return [
            cell(
              `${runtime.name}${runtime.mark === undefined ? '' : ' (TCG)'}`,
              runtime.kind === 'vm' ? 'VM' : 'container',
            ),
            ...found.map((summary) => medianCell(summary)),
            cell(counts.join(' / '), missingNote(found)),
          ];
        }),
      },
    ];
  });
}

function tableOver(
  context: Context,
  runtimes: readonly RuntimeView[],
  pair?: readonly [container: RuntimeView, vm: RuntimeView],
): Table {
  const mark = markOf(runtimes, timesAmong(context.record.scenarios.flatMap(headlineMetrics)));
  const names = runtimes.map((runtime) => runtime.name).join(' and ');
  return {
    caption: `${names}: medians with 95 % intervals${pair ? ', and VM over container' : ''}`,
    ...(mark === undefined ? {} : { mark }),
    columns: [
      column('Metric'),
      ...runtimes.map((runtime) => ({
        title: `${kindWord(runtime)}: ${runtime.name}`,
        ...(runtime.mark === undefined ? {} : { note: runtime.mark }),
        numeric: true,
      })),
      ...(pair ? [numeric('VM ÷ container')] : []),
      numeric('n'),
    ],
    rows: context.record.scenarios.flatMap((scenario) =>
      headlineMetrics(scenario).map((metric) => row(context, scenario, metric, runtimes, pair)),
    ),
  };
}

const kindWord = (runtime: RuntimeView): string => (runtime.kind === 'vm' ? 'VM' : 'Container');

function row(
  context: Context,
  scenario: ScenarioDescription,
  metric: Metric,
  runtimes: readonly RuntimeView[],
  pair?: readonly [container: RuntimeView, vm: RuntimeView],
): Cell[] {
  const found = runtimes.map((runtime) => context.find(scenario.id, metric.id, runtime.id));
  return [
    cell(headingOf(scenario, metric, runtimes), metric.id),
    ...found.map((summary) => medianCell(summary)),
    ...(pair
      ? [
          ratioCell(
            findRatio(context, metric, pair),
            found.map((summary) => summary?.n ?? 0),
          ),
        ]
      : []),
    cell(
      [...new Set(found.map((summary) => String(summary?.n ?? 0)))].length === 1
        ? String(found[0]?.n ?? 0)
        : found.map((summary) => String(summary?.n ?? 0)).join(' / '),
      missingNote(found),
    ),
  ];
}

/** Its title, marked where it is a time and times are. */
function headingOf(scenario: ScenarioDescription, metric: Metric, runtimes: readonly RuntimeView[]): string {
  const title = titleOf(scenario, metric);
  return measuresTime(metric.unit) ? timeHeading(title, runtimes) : title;
}

const timesAmong = (metrics: readonly Metric[]): 'none' | 'some' =>
  metrics.some(({ unit }) => measuresTime(unit)) ? 'some' : 'none';

/** A rung's title is a word (`ready`), which needs its scenario's title to be understood. */
function titleOf(scenario: ScenarioDescription, metric: Metric): string {
  return plainLine(metric.role === 'rung' ? `${scenario.title}: until ${metric.title}` : metric.title, 80);
}

function medianCell(summary: MetricSummary | undefined): Cell {
  if (summary?.median === undefined)
    return cell(NOTHING, summary?.missingReasons.map((reason) => plainLine(reason)).join('; '));
  return cell(formatValue(summary.median, summary.unit), formatInterval(summary.interval, summary.unit));
}

export function findRatio(
  context: Context,
  metric: Metric,
  [container, vm]: readonly [container: RuntimeView, vm: RuntimeView],
): RatioSummary | undefined {
  return context.summary.ratios.find(
    (ratio) => ratio.metric === metric.id && ratio.container === container.id && ratio.vm === vm.id,
  );
}

function ratioCell(ratio: RatioSummary | undefined, sides: readonly number[]): Cell {
  if (ratio === undefined) return cell(NOTHING);
  return cell(formatTimes(ratio), `${formatRatioInterval(ratio)}${formatSharedRounds(ratio, sides)}`);
}

function missingNote(found: readonly (MetricSummary | undefined)[]): string | undefined {
  const missing = found.reduce((sum, summary) => sum + (summary?.missing ?? 0), 0);
  return missing === 0 ? undefined : `${missing} missing`;
}
