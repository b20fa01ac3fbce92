import { describe, expect, it } from 'vitest';
import { comparisonDocument } from '../../../../results/compare/document.ts';
import { footnotesOf, rowsBySubject } from '../../../../results/verdicts/document.ts';
import { buildComparison, buildRow } from '../../../fixtures/records/comparison.ts';

describe('footnotes', () => {
  it('explain only the marks that rows have', () => {
    const document = comparisonDocument(buildComparison({ rows: [buildRow()] }));
    expect(footnotesOf(document)).toEqual(document.method);
  });

  it('are the method, more rounds, the marks of figures and the mark of all rows, in this order', () => {
    const environment = [{ key: 'kernel', base: '6.1', next: '6.12' }];
    const document = comparisonDocument(buildComparison({ environment }));
    expect(footnotesOf(document).slice(document.method.length)).toEqual([
      '~n more: about so many more rounds a side would decide',
      '* emulated (TCG): not a KVM figure',
      '† compared across different environments: kernel: 6.1 → 6.12',
    ]);
  });
});

it('has the rows of a subject together, also where others stand between them', () => {
  const rows = ['nspawn', 'qemu', 'nspawn'].map((subject) => buildRow({ subject }));
  const groups = rowsBySubject(comparisonDocument(buildComparison({ rows })));
  expect(groups.map((group) => group.map(({ subject }) => subject))).toEqual([
    ['nspawn', 'nspawn'],
    ['qemu'],
  ]);
});
