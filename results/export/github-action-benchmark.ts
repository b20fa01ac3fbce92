import { formatRange } from '../../core/units.ts';
import { jsonText } from '../../core/text.ts';
import { markTexts } from '../marks.ts';
import type { RunRecord } from '../record.ts';
import type { Summary } from '../summary.ts';
import { trackedFigures, type TrackedFigure } from './tracked-figures.ts';

/**
 * For github-action-benchmark's tool `customSmallerIsBetter`: the tracked figures as
 * `[{ name, unit, value, range, extra }]` (https://github.com/benchmark-action/github-action-benchmark).
 */
export function renderGithubActionBenchmark(record: RunRecord, summary: Summary): string {
  const entries = trackedFigures(record, summary).map((figure) => ({
    name: figure.name,
    unit: figure.metric.unit,
    value: figure.median,
    ...rangeOf(figure),
    extra: extraOf(figure, record),
  }));
  return `${jsonText(entries, 2)}\n`;
}

/**
 * The interval as one number on both sides of the median: its longer arm, so that it never looks narrower than it is.
 */
function rangeOf({ median, metric: { interval } }: TrackedFigure): { range?: string } {
  if (!interval) return {};
  const arm = Math.max(interval.high - median, median - interval.low);
  return { range: `± ${Number(arm.toPrecision(3))}` };
}

/** What the chart shows beside a point. */
function extraOf({ metric, marks }: TrackedFigure, { id, image, host }: RunRecord): string {
  const { n, missing, interval, unit, median } = metric;
  return [
    missing === 0 ? `n = ${n}` : `n = ${n}, ${missing} without a value`,
    ...(interval && median !== undefined ? [`95 % ${formatRange(interval, unit, median)}`] : []),
    ...markTexts(marks),
    `image ${image.name} ${image.digest.slice(0, 12)}`,
    `host ${host.cpuModel}, Linux ${host.kernel}`,
    `run ${id}`,
  ].join('\n');
}
