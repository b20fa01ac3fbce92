import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { renderRatiosCsv } from '../../../../results/export/ratios-csv.ts';
import { summarise } from '../../../../results/summary.ts';
import { buildRecord } from '../../../fixtures/records/record.ts';

describe('ratios.csv', () => {
  it('has a line for each ratio, with its interval and the mark of emulation', () => {
    const record = buildRecord();
    const summary = summarise(record);
    const csv = renderRatiosCsv(record, summary);
    expect(csv.split('\n')[0]).toBe(
      'scenario,metric,container,vm,n,ratio,ci_low,ci_high,emulated,time_marks,drift',
    );

    const lines: Record<string, string>[] = parse(csv, { columns: true });
    expect(summary.ratios.length).toBeGreaterThan(0);
    expect(lines).toEqual(
      summary.ratios.map(({ interval, ...ratio }) => ({
        scenario: ratio.scenario,
        metric: ratio.metric,
        container: 'nspawn',
        vm: 'qemu',
        n: String(ratio.n),
        ratio: String(ratio.ratio),
        ci_low: String(interval?.low),
        ci_high: String(interval?.high),
        emulated: 'true',
        time_marks: '',
        drift: '',
      })),
    );
  });

  it('is only its first line where there is nothing to compare', () => {
    const record = buildRecord({ runtimes: ['nspawn'] });
    expect(renderRatiosCsv(record, summarise(record)).split('\n')).toHaveLength(2);
  });
});
