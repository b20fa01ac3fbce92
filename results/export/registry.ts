import type { RunRecord } from '../record.ts';
import type { Summary } from '../summary.ts';
import { renderBencher } from './bencher.ts';
import { renderGithubActionBenchmark } from './github-action-benchmark.ts';
import { renderOpenMetrics } from './openmetrics.ts';
import { renderRatiosCsv } from './ratios-csv.ts';
import { renderSamplesCsv } from './samples-csv.ts';
import { renderSummaryCsv } from './summary-csv.ts';

/** A form of the results for other programs: one file beside `run.json`. */
export interface Export {
  id: string;
  fileName: string;
  /** The whole file; pure. `summary` is `summarise(record)`. */
  render: (record: RunRecord, summary: Summary) => string;
}

/** Adding an export is one file in this folder and one line here. */
export const exports: readonly Export[] = [
  { id: 'samples-csv', fileName: 'samples.csv', render: renderSamplesCsv },
  { id: 'summary-csv', fileName: 'summary.csv', render: renderSummaryCsv },
  { id: 'ratios-csv', fileName: 'ratios.csv', render: renderRatiosCsv },
  {
    id: 'github-action-benchmark',
    fileName: 'github-action-benchmark.json',
    render: renderGithubActionBenchmark,
  },
  { id: 'bencher', fileName: 'bencher.json', render: renderBencher },
  { id: 'openmetrics', fileName: 'metrics.openmetrics.txt', render: renderOpenMetrics },
];
