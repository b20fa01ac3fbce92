import { describe, expect, it } from 'vitest';
import { renderJson } from '../../../../../results/compare/format/json.ts';
import { comparisonFormats } from '../../../../../results/compare/format/registry.ts';
import { buildComparison, buildRow } from '../../../../fixtures/records/comparison.ts';

describe('JSON', () => {
  it('is the comparison with the verdict and what failed', () => {
    const comparison = buildComparison();
    const { verdict, sentence, failOn, failures, ...rest } = JSON.parse(renderJson(comparison)) as {
      verdict: string;
      sentence: string;
      failOn: string[];
      failures: { rows: { metric: string; verdict: string }[]; structure: unknown[] };
    };
    expect(rest).toEqual(comparison);
    expect(verdict).toBe('fail');
    expect(failOn).toEqual(['regression', 'missing']);
    expect(failures.rows.map((row) => `${row.metric} ${row.verdict}`)).toEqual([
      'startup.ready regression',
      'memory.total missing',
    ]);
    expect(failures.structure).toEqual([]);
    expect(sentence).toMatch(/^Fails: /u);
  });

  it('passes where nothing fails', () => {
    const text = renderJson(buildComparison({ rows: [buildRow()], structure: [] }));
    expect(JSON.parse(text)).toMatchObject({ verdict: 'pass', failures: { rows: [], structure: [] } });
  });
});

describe('every form', () => {
  it.each(comparisonFormats)('$id is made of a comparison alone', ({ render }) => {
    expect(String(render(buildComparison()))).not.toBe('');
    expect(String(render(buildComparison())).endsWith('\n')).toBe(false);
  });
});
