import type { RunRecord } from '../record.ts';
import type { RatioSummary, Summary } from '../summary.ts';
import { renderCsv, type Columns } from './table.ts';

/**
 * A line for each metric and pair of a VM with a container: the median of the VM's value over the container's in the n
 * rounds that gave both, and its 95 % interval.
 */
export function renderRatiosCsv(_record: RunRecord, summary: Summary): string {
  return renderCsv(columns, summary.ratios);
}

const columns: Columns<RatioSummary> = {
  scenario: ({ scenario }) => scenario,
  metric: ({ metric }) => metric,
  container: ({ container }) => container,
  vm: ({ vm }) => vm,
  n: ({ n }) => n,
  ratio: ({ ratio }) => ratio,
  ci_low: ({ interval }) => interval?.low,
  ci_high: ({ interval }) => interval?.high,
  emulated: ({ emulated }) => emulated,
  time_marks: ({ timeMarks = [] }) => timeMarks.join(' '),
  drift: ({ drift }) => drift,
};
