import { formatCount, formatSome } from '../../core/words.ts';
import type { Comparison, ComparisonRow } from './comparison.ts';
import { percentText, rowName } from './row-text.ts';
import { isUndirectedChange } from './verdict.ts';

/**
 * Whether the two sides agree, in one sentence: for whoever has repeated a run. Other than the verdict, a figure that
 * became better differs as well, and one that cannot be told apart is no agreement.
 */
export function agreementSentence({ rows, structure, options: { minEffect } }: Comparison): string {
  const differing = rows.filter(differs);
  const equal = rows.filter(({ verdict }) => verdict === 'pass');
  const within = `within ${percentText(minEffect)}`;
  const others = structure.length === 0 ? '' : formatCount(structure.length, 'structural difference');
  if (differing.length > 0 || structure.length > 0) {
    const figures =
      differing.length === 0
        ? ''
        : `${formatCount(differing.length, 'figure')} of ${rows.length} (${formatSome(differing.map(rowName))})`;
    return `The two differ: ${[figures, others].filter((part) => part !== '').join(' and ')}.`;
  }
  if (rows.length === 0) return 'Whether the two agree is undecided: there is no figure to compare.';
  if (equal.length === rows.length)
    return `The two agree: all ${formatCount(rows.length, 'figure')} are equal ${within}.`;
  const open = formatCount(rows.length - equal.length, 'figure');
  return `Whether the two agree is undecided: ${equal.length} of ${rows.length} figures are equal ${within}, ${open} cannot be told.`;
}

function differs(row: ComparisonRow): boolean {
  return ['regression', 'improvement', 'missing'].includes(row.verdict) || isUndirectedChange(row);
}
