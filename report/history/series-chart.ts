import { figureRange, figureText } from '../../results/compare/row-text.ts';
import type { HistoryPoint, HistorySeries, History, Change } from '../../results/history/history.ts';
import { changeText, dayOf, findingLines, paceText } from '../../results/history/change-text.ts';
import { niceAbove } from '../charts/axes.ts';
import { captionMark, figureId, withMark } from '../charts/labels.ts';
import type { Figure, Json, JsonObject, Panel } from '../charts/spec.ts';

import { runMediansTable, subjectName } from '../../results/tables/history.ts';

/** The series of one metric that are drawn, each subject with those of its environments. */
export interface MetricSeries {
  scenario: string;
  metric: string;
  title: string;
  subjects: HistorySeries[][];
}

const HEIGHT = 220;

/** The points of more runs than these lie too close for circles. */
const CROWD = 60;

/** An axis reaches at least so far from the middle, as a share of it, so that small noise does not look large. */
const LEAST_REACH = 0.1;

/** A panel for each subject with an axis of its own: on one axis the larger would press the smaller into a line. */
export function seriesChart(
  { scenario, metric, title, subjects }: MetricSeries,
  { records }: History,
): Figure {
  const all = subjects.flat();
  const mark = captionMark(all);
  return {
    id: figureId('history', metric),
    scenario,
    title,
    caption: metric,
    ...withMark(mark),
    layout: 'columns',
    panels: subjects.map((group, index) => panel(group, records, index)),
    table: { ...runMediansTable(title, all, records), ...withMark(mark) },
  };
}

/** Days, or the time of day where all of it was on one. */
function labelsOf(records: History['records']): string[] {
  const days = records.map(({ startedAt }) => dayOf(startedAt));
  return new Set(days).size > 1 ? days : records.map(({ startedAt }) => startedAt.slice(11, 16));
}

function panel(group: readonly HistorySeries[], records: History['records'], index: number): Panel {
  const [first] = group;
  const name = first === undefined ? '' : subjectName(first);
  const position = new Map(records.map(({ id }, at) => [id, at]));
  const findings = [...new Set(group.flatMap(findingLines))];
  const isMarked = group.some(({ finding }) => finding.changes.length > 0);
  return {
    id: `subject${index}`,
    heading: `${name} · ${findings.length > 2 ? `${findings.length} findings` : findings.join('; ')}`,
    alt: `${first?.title ?? ''} of ${name} over ${records.length} runs: ${findings.join('; ')}`,
    type: 'line',
    height: HEIGHT,
    narrowHeight: HEIGHT,
    data: {
      labels: labelsOf(records),
      datasets: group.map((series, environment) => dataset(series, environment, records.length, position)),
    },
    options: {
      layout: { padding: { top: isMarked ? 30 : 8, right: 8 } },
      interaction: { mode: 'nearest', axis: 'x', intersect: false },
      plugins: { legend: { display: group.length > 1, position: 'bottom' } },
      scales: {
        x: { type: 'category', grid: { display: false }, ticks: { autoSkip: true } },
        y: valueAxis(group),
      },
    },
    plugins: ['history'],
  };
}

/** Of the environments of one subject, in turn. */
const colors: Record<HistorySeries['kind'], readonly string[]> = {
  container: ['container0', 'container1', 'container2'],
  vm: ['vm0', 'vm1', 'vm2'],
  'vm-over-container': ['kernel0', 'kernel1', 'rest0'],
};

function dataset(
  series: HistorySeries,
  environment: number,
  length: number,
  position: ReadonlyMap<string, number>,
): Json {
  const at = (point: number): number => position.get(series.points[point]?.record.id ?? '') ?? 0;
  const spread = <T extends Json>(of: (point: HistoryPoint) => T): (T | null)[] => {
    const places: (T | null)[] = new Array<null>(length).fill(null);
    series.points.forEach((point, index) => (places[at(index)] = of(point)));
    return places;
  };
  const palette = colors[series.kind];
  const color = `@${palette[environment % palette.length] ?? 'ink'}`;
  return {
    label: series.environment ?? subjectName(series),
    data: spread(({ median }) => median),
    low: spread(({ median, interval }) => interval?.low ?? median),
    high: spread(({ median, interval }) => interval?.high ?? median),
    texts: spread((point) => pointText(series, point)),
    fits: fitsOf(series).map((path) => path.map(([point, level]) => [at(point), level])),
    marks: series.finding.changes.map((change) => markOf(change, at)),
    spanGaps: true,
    borderColor: color,
    backgroundColor: color,
    borderWidth: 1,
    pointRadius: length > CROWD ? 1.5 : 3,
    pointHoverRadius: 5,
    pointStyle: series.kind === 'vm' ? 'rectRot' : 'circle',
  };
}

/** `446 ms [440 ms, 451 ms], n = 10, twinboot 0.2.0, run 2026-…` */
function pointText({ unit }: HistorySeries, { median, interval, n, record }: HistoryPoint): string {
  const range = interval === undefined ? '' : ` ${figureRange(interval, unit, median)}`;
  return `${figureText(median, unit)}${range}, n = ${n}, ${record.id}`;
}

/** The levels found, as lines from point to point. */
function fitsOf({ finding: { verdict, stretches } }: HistorySeries): [number, number][][] {
  if (verdict === 'too-few') return [];
  return stretches.map(({ from, to, startLevel, endLevel, creep }) => [
    [from, startLevel],
    ...(creep === undefined
      ? []
      : ([
          [creep.from, startLevel],
          [creep.to, endLevel],
        ] as [number, number][])),
    [to - 1, endLevel],
  ]);
}

/** A step lies between two runs, a creep begins at one. */
function markOf(change: Change, at: (point: number) => number): JsonObject {
  const isStep = change.kind === 'step';
  return {
    at: isStep ? (at(change.before) + at(change.after)) / 2 : at(change.before),
    text: isStep ? changeText(change.change) : `creep ${paceText(change.perRecord)}`,
    color: change.direction === 'better' ? '@ink2' : '@accent',
  };
}

function valueAxis(group: readonly HistorySeries[]): JsonObject {
  const points = group.flatMap((series) => series.points);
  const lowest = Math.min(...points.map(({ median, interval }) => interval?.low ?? median));
  const highest = Math.max(...points.map(({ median, interval }) => interval?.high ?? median));
  const middle = (lowest + highest) / 2;
  const reach = Math.max((highest - lowest) / 2, Math.abs(middle) * LEAST_REACH) * 1.1;
  const unit = group[0]?.unit ?? 'count';
  const [min, max] = reach === 0 ? [0, 1] : [Math.max(Math.min(0, lowest), middle - reach), middle + reach];
  return {
    type: 'linear',
    min,
    max,
    ticks: {
      format: unit === 'ratio' ? 'count' : unit,
      stepSize: stepFor(max - min, unit),
      includeBounds: false,
    },
  };
}

/** Sizes have round steps in powers of 1024. */
function stepFor(span: number, unit: HistorySeries['unit']): number {
  const base = unit !== 'bytes' ? 1 : span > 4 * 1024 ** 2 ? 1024 ** 2 : 1024;
  return niceAbove(span / 5 / base) * base;
}
