import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { renderSummaryCsv } from '../../../../results/export/summary-csv.ts';
import { summarise } from '../../../../results/summary.ts';
import { buildRecord } from '../../../fixtures/records/record.ts';

const record = buildRecord();
const summary = summarise(record);
const csv = renderSummaryCsv(record, summary);
const lines: Record<string, string>[] = parse(csv, { columns: true });

describe('summary.csv', () => {
  it('has these columns', () => {
    expect(csv.split('\n')[0]).toBe(
      'scenario,metric,unit,runtime,n,missing,median,ci_low,ci_high,mean,sd,min,p25,p75,max,emulated,time_marks,drift,missing_reasons',
    );
  });

  it('has a line for each metric and runtime, with all digits', () => {
    expect(lines).toHaveLength(summary.metrics.length);
    for (const [index, metric] of summary.metrics.entries()) {
      expect(lines[index]).toMatchObject({
        metric: metric.metric,
        runtime: metric.runtime,
        n: String(metric.n),
        median: String(metric.median ?? ''),
        ci_low: String(metric.interval?.low ?? ''),
        ci_high: String(metric.interval?.high ?? ''),
      });
    }
  });

  it('marks what was emulated', () => {
    expect(new Set(lines.map(({ runtime, emulated }) => `${runtime} ${emulated}`))).toEqual(
      new Set(['nspawn false', 'qemu true']),
    );
  });

  it('leaves figures that do not exist empty, with the reason', () => {
    const kernel = lines.find(({ metric, runtime }) => metric === 'startup.kernel' && runtime === 'nspawn');
    expect(kernel).toMatchObject({
      n: '0',
      missing: '5',
      median: '',
      mean: '',
      sd: '',
      missing_reasons: 'a container boots no kernel of its own',
    });
  });

  it('never says NaN, undefined or null', () => {
    const empty = buildRecord({ allFail: true });
    expect(renderSummaryCsv(empty, summarise(empty))).not.toMatch(/NaN|undefined|null|Infinity/);
  });
});
