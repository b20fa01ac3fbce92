import type { Unit } from '../../core/units.ts';
import { jsonText } from '../../core/text.ts';
import type { RunRecord } from '../record.ts';
import type { Summary } from '../summary.ts';
import { trackedFigures } from './tracked-figures.ts';

/**
 * Bencher Metric Format: `{ benchmark: { measure: { value, lower_value, upper_value } } }` of the tracked figures
 * (https://bencher.dev/docs/reference/bencher-metric-format).
 */
export function renderBencher(record: RunRecord, summary: Summary): string {
  const benchmarks = trackedFigures(record, summary).map(({ name, median, metric: { unit, interval } }) => {
    const { measure, scale } = measures[unit];
    const value = {
      value: scale(median),
      ...(interval && { lower_value: scale(interval.low), upper_value: scale(interval.high) }),
    };
    return [name, { [measure]: value }];
  });
  return `${jsonText(Object.fromEntries(benchmarks), 2)}\n`;
}

/**
 * Bencher's thresholds belong to a measure, and all figures of a unit want the same ones. `latency` is there in every
 * project and in nanoseconds; Bencher makes the others, which it knows by these slugs, when it first sees them.
 */
const measures: Record<Unit, { measure: string; scale: (value: number) => number }> = {
  ms: { measure: 'latency', scale: (ms) => Math.round(ms * 1e6) },
  ns: { measure: 'latency', scale: (ns) => Math.round(ns) },
  bytes: { measure: 'memory', scale: (bytes) => bytes },
  count: { measure: 'count', scale: (count) => count },
  'ms/s': { measure: 'cpu-per-second', scale: (rate) => rate },
  'count/s': { measure: 'rate', scale: (rate) => rate },
  ratio: { measure: 'ratio', scale: (ratio) => ratio },
};
