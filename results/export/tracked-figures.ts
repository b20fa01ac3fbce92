import { plainLine } from '../../core/text.ts';
import { markIdsOf, marksOf, type Marked } from '../marks.ts';
import { isLeading, type RunRecord } from '../record.ts';
import type { MetricSummary, Summary } from '../summary.ts';

/** A median that a service which follows figures from run to run can take. */
export interface TrackedFigure {
  /** `startup.ready (nspawn)`, `startup.ready (qemu, emulated)`, `… (qemu, nested)`: what the service knows it by. */
  name: string;
  /** In `metric.unit`. */
  median: number;
  metric: MetricSummary;
  marks: Marked;
}

/**
 * The headlines and rungs of which less is better, for each runtime that has values. Such services hold a name's value
 * against the last one of that name, so a marked figure has a name of its own: one of emulation is never held against
 * KVM's, nor the time of a nested VM against one that is not.
 */
export function trackedFigures(record: RunRecord, summary: Summary): TrackedFigure[] {
  const runtimes = new Set(record.runtimes.map(({ id }) => id));
  const tracked = new Set(
    record.scenarios.flatMap(({ id, metrics }) =>
      metrics
        .filter((metric) => metric.better === 'lower' && isLeading(metric))
        .map((metric) => cellKey(id, metric.id)),
    ),
  );
  return summary.metrics.flatMap((metric) => {
    const { median, runtime, unit } = metric;
    const isTracked = runtimes.has(runtime) && tracked.has(cellKey(metric.scenario, metric.metric));
    if (median === undefined || !isTracked) return [];
    const marks = marksOf([record], [runtime], unit);
    const name = nameOf(`${metric.metric} (${[runtime, ...markIdsOf(marks)].join(', ')})`);
    return [{ name, median, metric, marks }];
  });
}

/** One plain line. The services put it into Markdown between backticks, in a cell of a table. */
function nameOf(text: string): string {
  return plainLine(text).replace(/[`|<>]/gu, "'");
}

function cellKey(scenario: string, metric: string): string {
  return JSON.stringify([scenario, metric]);
}
