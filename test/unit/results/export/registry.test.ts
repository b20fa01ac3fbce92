import { describe, expect, it } from 'vitest';
import { exports } from '../../../../results/export/registry.ts';
import { summarise } from '../../../../results/summary.ts';
import { buildRecord } from '../../../fixtures/records/record.ts';

describe('the exports', () => {
  it('each have an id and a file of their own', () => {
    expect(exports.map(({ id, fileName }) => `${id}: ${fileName}`)).toEqual([
      'samples-csv: samples.csv',
      'summary-csv: summary.csv',
      'ratios-csv: ratios.csv',
      'github-action-benchmark: github-action-benchmark.json',
      'bencher: bencher.json',
      'openmetrics: metrics.openmetrics.txt',
    ]);
  });

  it.each(exports)('$id renders hostile guest text without letting a formula through', (form) => {
    const record = buildRecord({ hostile: true });
    for (const sample of record.samples) {
      if (sample.error) sample.error.message = '=HYPERLINK("http://evil.example")';
    }
    expect(form.render(record, summarise(record))).not.toMatch(/(^|,)"?[=+@]/m);
  });
});
