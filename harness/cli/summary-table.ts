import { alignColumns, type Align } from '../../core/columns.ts';
import { formatValue } from '../../core/units.ts';
import { formatFactor } from '../../core/words.ts';
import { fleetScenariosOf, fleetsOf } from '../../results/fleet/series.ts';
import { footnotes, markedMetric, markedSubject, marksOf, type Marked } from '../../results/marks.ts';
import { questionOf } from '../../results/questions/registry.ts';
import {
  isLeading,
  ledgerIn,
  type Metric,
  type RunRecord,
  type RuntimeDescription,
} from '../../results/record.ts';
import { hostsOfRepeated, noneDuplicatedNote } from '../../results/repeated-services.ts';
import type { Interval } from '../../results/statistics/interval.ts';
import type { MetricSummary, Summary } from '../../results/summary.ts';
import { waitedForNotes } from '../../results/waited-for.ts';
import { fleetTables } from './fleet-table.ts';
import { markedId } from './marked-id.ts';

/** More runtimes than fit beside each other with their ratios get a line each. */
const MOST_COLUMNS = 3;

/** The table at the end of a run, and those of the fleets that it measured. */
export function summaryTable(record: RunRecord, summary: Summary): string {
  const blocks = [[...medians(record, summary), ...failures(summary)].join('\n'), fleetTables(record)];
  return blocks.filter((block) => block !== '').join('\n\n');
}

/** Nothing where the record holds fleets alone, whose figures have tables of their own. */
function medians(record: RunRecord, summary: Summary): string[] {
  const elsewhere = fleetScenariosOf(fleetsOf(record));
  const scenarios = record.scenarios.filter(({ id }) => !elsewhere.has(id));
  if (scenarios.length === 0 && elsewhere.size > 0) return [];
  const shownHere = { ...record, scenarios };
  const isWide = record.runtimes.length > MOST_COLUMNS;
  const metrics = isWide ? telling(shownHere) : shown(shownHere);
  const table = isWide ? tableByRuntime(shownHere, summary) : tableByMetric(shownHere, summary);
  return [
    table,
    ...footnotes([...record.runtimes, ...metrics.map((metric) => marksOn(record, summary, metric))]),
    ...noneDuplicated(record),
    ...waitedForNotes(record).map(
      (note) => `${markedSubject(note.runtime, note)}: ${markedMetric(note.text, note)}`,
    ),
  ];
}

function noneDuplicated({ samples }: RunRecord): string[] {
  const ledgers = samples.flatMap(({ phase, details }) =>
    phase === 'measured' ? [ledgerIn(details)?.services ?? []] : [],
  );
  return [noneDuplicatedNote(hostsOfRepeated(ledgers)) ?? []].flat();
}

/** A line for each runtime, with the figures that tell them apart; everything else is in the report. */
function tableByRuntime(record: RunRecord, summary: Summary): string {
  const columns = telling(record);
  const aligns: Align[] = ['left', ...columns.map(() => 'right' as const), 'right'];
  const rows: string[][] = [
    ['runtime', ...columns.map((metric) => markedMetric(metric.id, marksOn(record, summary, metric))), 'n'],
  ];
  for (const runtime of record.runtimes) {
    const cells = columns.map((metric) => find(summary, metric, runtime));
    rows.push([
      markedId(runtime),
      ...columns.map((metric, index) => figure(cells[index], metric)),
      counts(cells),
    ]);
  }
  return alignColumns(rows, aligns).join('\n');
}

/** A line for each headline and rung, a column for each runtime, and the ratio. */
function tableByMetric(record: RunRecord, summary: Summary): string {
  const aligns: Align[] = ['left', ...record.runtimes.map(() => 'right' as const), 'right', 'right'];
  const rows: string[][] = [['metric', ...record.runtimes.map(markedId), 'ratio VM/container [95 %]', 'n']];
  for (const metric of shown(record)) {
    const cells = record.runtimes.map((runtime) => find(summary, metric, runtime));
    if (cells.every((cell) => cell === undefined || cell.n === 0)) continue;
    rows.push([
      markedMetric(metric.id, marksOn(record, summary, metric)),
      ...cells.map((cell) => figure(cell, metric)),
      ratios(summary, metric),
      counts(cells),
    ]);
  }
  return alignColumns(rows, aligns).join('\n');
}

function shown(record: RunRecord): Metric[] {
  return record.scenarios.flatMap(({ metrics }) => metrics.filter(isLeading));
}

function telling({ scenarios }: RunRecord): Metric[] {
  return scenarios.flatMap(({ id, metrics }) => {
    const { inBrief = [] } = questionOf(id);
    return metrics.filter((metric) => isLeading(metric) && inBrief.includes(metric.id));
  });
}

/** Of the runtimes that have a figure of it. */
function marksOn(record: RunRecord, summary: Summary, { id, unit }: Metric): Marked {
  const measured = summary.metrics.filter(({ metric, n }) => metric === id && n > 0);
  return marksOf(
    [record],
    measured.map(({ runtime }) => runtime),
    unit,
  );
}

function find(summary: Summary, metric: Metric, runtime: RuntimeDescription): MetricSummary | undefined {
  return summary.metrics.find((cell) => cell.metric === metric.id && cell.runtime === runtime.id);
}

function figure(cell: MetricSummary | undefined, metric: Metric): string {
  return cell?.median === undefined ? '–' : formatValue(cell.median, metric.unit);
}

function ratios(summary: Summary, metric: Metric): string {
  const found = summary.ratios.filter((ratio) => ratio.metric === metric.id);
  return found
    .map(({ ratio, interval, emulated }) =>
      markedSubject(`${formatFactor(ratio)} ${range(interval)}`, { emulated }),
    )
    .join('\n');
}

function range(interval: Interval | undefined): string {
  return interval === undefined
    ? '[no interval]'
    : `[${formatFactor(interval.low)}, ${formatFactor(interval.high)}]`;
}

function counts(cells: readonly (MetricSummary | undefined)[]): string {
  return [...new Set(cells.flatMap((cell) => (cell === undefined || cell.n === 0 ? [] : [cell.n])))].join(
    '/',
  );
}

function failures(summary: Summary): string[] {
  return summary.boots
    .filter(({ failed }) => failed > 0)
    .map(
      ({ runtime, begun, failed }) =>
        `! ${runtime}: ${failed} of ${begun} boots failed; the report has their consoles`,
    );
}
