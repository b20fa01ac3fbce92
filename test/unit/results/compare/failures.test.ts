import { describe, expect, it } from 'vitest';
import type { TwinbootError } from '../../../../core/error.ts';
import { failuresOf, parseFailOn } from '../../../../results/compare/failures.ts';
import { verdictSentence } from '../../../../results/compare/sentence.ts';
import { buildComparison, buildRow } from '../../../fixtures/records/comparison.ts';

const words = (failOn?: string): string[] => {
  const { rows, structure } = failuresOf(
    buildComparison(),
    failOn === undefined ? undefined : parseFailOn(failOn),
  );
  return [...rows.map(({ verdict }) => verdict), ...structure.map(({ kind }) => kind)];
};

describe('what a comparison fails on', () => {
  it('is regressions and what is missing, unless it is told otherwise', () => {
    expect(words()).toEqual(['regression', 'missing']);
  });

  it.each([
    ['regression', ['regression']],
    ['inconclusive, improvement', ['inconclusive', 'improvement', 'improvement']],
    ['structure', ['packages', 'service-appeared']],
    ['service-appeared', ['service-appeared']],
    ['service-vanished', []],
  ])('%s', (failOn, expected) => {
    expect(words(failOn)).toEqual(expected);
  });

  it('counts a runtime that was not run as missing', () => {
    const missing = buildComparison({
      rows: [buildRow()],
      structure: [
        { kind: 'runtime-missing', runtime: 'qemu', subject: 'qemu', message: 'qemu was not run in NEW' },
      ],
    });
    expect(failuresOf(missing).structure).toHaveLength(1);
    expect(failuresOf(missing, ['regression']).structure).toEqual([]);
    expect(verdictSentence(missing)).toBe('Fails: 1 structural difference: qemu was not run in NEW.');
  });

  it('suggests the word that was meant', () => {
    try {
      parseFailOn('regresion');
      expect.unreachable();
    } catch (error) {
      expect((error as TwinbootError).message).toBe('--fail-on does not know "regresion"');
      expect((error as TwinbootError).hint).toMatch(
        /^did you mean "regression"\? Known: regression, missing,/u,
      );
    }
  });
});

describe('the verdict in one sentence', () => {
  const rows = buildComparison().rows;
  it.each([
    ['one regression', { rows: rows.slice(0, 1), structure: [] }, undefined],
    ['several things', {}, parseFailOn('regression,missing,structure')],
    ['nothing changed', { rows: [buildRow()], structure: [] }, undefined],
    ['undecided, improved, and another package set', { rows: rows.slice(1, 4) }, undefined],
    ['regressions that do not count', {}, parseFailOn('service-vanished')],
    ['an inconclusive figure that counts', { rows: rows.slice(1, 3) }, parseFailOn('inconclusive')],
  ])('%s', (_, changed, failOn) => {
    expect(verdictSentence(buildComparison(changed), failOn)).toMatchSnapshot();
  });
});
