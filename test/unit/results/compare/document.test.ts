import { describe, expect, it } from 'vitest';
import { verdicts } from '../../../../results/compare/comparison.ts';
import { comparisonDocument } from '../../../../results/compare/document.ts';
import type { FailOn } from '../../../../results/compare/failures.ts';
import { buildComparison, buildRow } from '../../../fixtures/records/comparison.ts';

describe('the document of a comparison', () => {
  it.each<[string, FailOn[], string[]]>([
    ['nothing', [], ['passed', 'tolerated', 'noted', 'undecided', 'tolerated']],
    [
      'all that can be named',
      ['regression', 'improvement', 'inconclusive', 'missing'],
      ['passed', 'failed', 'failed', 'failed', 'failed'],
    ],
  ])('has the outcome of each verdict where %s fails', (_, failOn, expected) => {
    const comparison = buildComparison({
      rows: verdicts.map((verdict) => buildRow({ verdict })),
      structure: [],
    });
    const { rows, passed } = comparisonDocument(comparison, failOn);
    expect(rows.map(({ outcome }) => outcome)).toEqual(expected);
    expect(passed).toBe(!expected.includes('failed'));
  });

  it('has structural differences that fail where it is told so, each with a name of its own', () => {
    const { differences, passed } = comparisonDocument(buildComparison({ rows: [buildRow()] }), ['packages']);
    expect(differences.map(({ name, outcome }) => [name, outcome])).toEqual([
      ['packages packages', 'failed'],
      ['service-appeared nspawn systemd-udevd.service', 'noted'],
    ]);
    expect(passed).toBe(false);
  });

  it('says in the evidence of each row that it was compared by force', () => {
    const environment = [{ key: 'cpu model', base: 'Xeon', next: 'EPYC' }];
    const { rows, markOfAll } = comparisonDocument(buildComparison({ environment }));
    expect(markOfAll?.text).toBe('compared across different environments: cpu model: Xeon → EPYC');
    for (const { evidence } of rows) expect(evidence).toMatch(/; compared across different environments$/u);
  });

  it('names several runs of a side by their number', () => {
    const { base } = buildComparison();
    const pooled = buildComparison({ base: { ...base, records: ['run-1', 'run-2'] } });
    expect(comparisonDocument(pooled).about[0]?.text).toMatch(/^runs\/base: 2 runs, 2026-11-23 09:00 UTC, /u);
  });
});
