import { describe, expect, it } from 'vitest';
import { agreementSentence } from '../../../../results/compare/agreement.ts';
import type {
  Comparison,
  ComparisonRow,
  StructuralDifference,
} from '../../../../results/compare/comparison.ts';

const row = (verdict: ComparisonRow['verdict'], reason?: string) =>
  ({ subject: 'nspawn', metric: `startup.${verdict}`, verdict, ...(reason && { reason }) }) as ComparisonRow;

function sentence(rows: ComparisonRow[], structure: StructuralDifference[] = []): string {
  return agreementSentence({ rows, structure, options: { minEffect: 0.05 } } as unknown as Comparison);
}

describe('whether two runs agree', () => {
  it('is yes where all figures are equal', () => {
    expect(sentence([row('pass'), row('pass')])).toBe('The two agree: all 2 figures are equal within 5 %.');
  });

  it('is no where a figure differs, whichever way', () => {
    expect(sentence([row('pass'), row('improvement'), row('inconclusive')])).toBe(
      'The two differ: 1 figure of 3 (startup.improvement of nspawn).',
    );
    expect(sentence([row('inconclusive', 'changed, and neither way is better')])).toContain(
      'The two differ: 1',
    );
    expect(sentence([row('pass')], [{} as StructuralDifference])).toBe(
      'The two differ: 1 structural difference.',
    );
  });

  it('is undecided where a figure cannot be told, and where there is none', () => {
    expect(sentence([row('pass'), row('inconclusive')])).toBe(
      'Whether the two agree is undecided: 1 of 2 figures are equal within 5 %, 1 figure cannot be told.',
    );
    expect(sentence([])).toContain('undecided');
  });
});
