import { marksOf } from '../marks.ts';
import type { RunRecord } from '../record.ts';
import type { MetricSummary, Summary } from '../summary.ts';
import { renderCsv, type Columns } from './table.ts';

/**
 * A line for each metric and runtime: figures in `unit` over the measured rounds; `ci_low` and `ci_high` are the
 * 95 % interval of the median. `drift`: `falls` or `rises` over the rounds, so that the interval is of no one level.
 */
export function renderSummaryCsv(record: RunRecord, summary: Summary): string {
  const marks: Columns<MetricSummary> = {
    emulated: ({ runtime, unit }) => marksOf([record], [runtime], unit).emulated,
    time_marks: ({ runtime, unit }) => marksOf([record], [runtime], unit).timeMarks?.join(' '),
    drift: ({ drift }) => drift,
  };
  return renderCsv({ ...columns, ...marks, ...reasons }, summary.metrics);
}

const columns: Columns<MetricSummary> = {
  scenario: ({ scenario }) => scenario,
  metric: ({ metric }) => metric,
  unit: ({ unit }) => unit,
  runtime: ({ runtime }) => runtime,
  n: ({ n }) => n,
  missing: ({ missing }) => missing,
  median: ({ median }) => median,
  ci_low: ({ interval }) => interval?.low,
  ci_high: ({ interval }) => interval?.high,
  mean: ({ mean }) => mean,
  sd: ({ sd }) => sd,
  min: ({ min }) => min,
  p25: ({ p25 }) => p25,
  p75: ({ p75 }) => p75,
  max: ({ max }) => max,
};

const reasons: Columns<MetricSummary> = {
  missing_reasons: ({ missingReasons }) => missingReasons.join('; '),
};
