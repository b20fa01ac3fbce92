import { describe, expect, it } from 'vitest';
import { comparisonDocument } from '../../../../../results/compare/document.ts';
import { renderJson } from '../../../../../results/verdicts/forms/json.ts';
import { buildComparison, buildRow } from '../../../../fixtures/records/comparison.ts';
import { buildGateDocument, buildGateResult } from '../../gate/result.ts';

describe('JSON', () => {
  it('is the comparison with the verdict and what failed', () => {
    const comparison = buildComparison();
    const { verdict, sentence, failOn, failures, ...rest } = JSON.parse(
      renderJson(comparisonDocument(comparison)),
    ) as {
      verdict: string;
      sentence: string;
      failOn: string[];
      failures: { rows: { metric: string; verdict: string }[]; structure: unknown[] };
    };
    expect(rest).toEqual({ ...comparison, notes: comparison.notes.map(({ text }) => text) });
    expect(verdict).toBe('fail');
    expect(failOn).toEqual(['regression', 'missing', 'failed-boots']);
    expect(failures.rows.map((row) => `${row.metric} ${row.verdict}`)).toEqual([
      'startup.ready regression',
      'memory.total missing',
    ]);
    expect(failures.structure).toEqual([]);
    expect(sentence).toMatch(/^Fails: /u);
  });

  it('passes where nothing fails', () => {
    const text = renderJson(comparisonDocument(buildComparison({ rows: [buildRow()], structure: [] })));
    expect(JSON.parse(text)).toMatchObject({ verdict: 'pass', failures: { rows: [], structure: [] } });
  });

  it('of a gate is its result as it is', () => {
    expect(JSON.parse(renderJson(buildGateDocument()))).toEqual(buildGateResult());
  });
});
