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
  /** What it holds. */
  title: string;
  /** The whole file; pure. `summary` is `summarise(record)`. */
  render: (record: RunRecord, summary: Summary) => string;
}

/** Adding an export is one file in this folder and one line here. */
export const exports: readonly Export[] = [
  {
    id: 'samples-csv',
    fileName: 'samples.csv',
    title: 'Every value of every sample, warm-up and failed ones included',
    render: renderSamplesCsv,
  },
  {
    id: 'summary-csv',
    fileName: 'summary.csv',
    title: 'Each metric and runtime over the measured rounds',
    render: renderSummaryCsv,
  },
  {
    id: 'ratios-csv',
    fileName: 'ratios.csv',
    title: 'Each VM over each container, by round',
    render: renderRatiosCsv,
  },
  {
    id: 'github-action-benchmark',
    fileName: 'github-action-benchmark.json',
    title: 'The tracked figures for github-action-benchmark',
    render: renderGithubActionBenchmark,
  },
  {
    id: 'bencher',
    fileName: 'bencher.json',
    title: 'The tracked figures for Bencher',
    render: renderBencher,
  },
  {
    id: 'openmetrics',
    fileName: 'metrics.openmetrics.txt',
    title: 'Medians and intervals for Prometheus',
    render: renderOpenMetrics,
  },
];
