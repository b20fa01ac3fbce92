import { plainLine } from '../../core/text.ts';
import { formatCount, formatList } from '../../core/words.ts';
import type { Comparison, ComparisonRow, StructuralDifference, Verdict } from './comparison.ts';
import { defaultFailOn, failuresOf, hasFailures, type FailOn, type Failures } from './failures.ts';
import { moreRoundsText, percentText, ratioText, rowName } from './row-text.ts';

/** The whole comparison in one sentence: whether it fails, why, and what is not decided. */
export function verdictSentence(comparison: Comparison, failOn: readonly FailOn[] = defaultFailOn): string {
  const failures = failuresOf(comparison, failOn);
  return hasFailures(failures) ? failSentence(failures) : passSentence(comparison);
}

function failSentence({ rows, structure }: Failures): string {
  const counts = [
    ...countsOf(rows, ['regression', 'missing', 'improvement', 'inconclusive']),
    ...structureText(structure),
  ];
  const [worst] = [...rows].sort((a, b) => weight(b) - weight(a));
  const first = worst === undefined ? plainLine(structure[0]?.message ?? '') : rowText(worst);
  const lead = rows.length + structure.length > 1 ? ', first of all ' : ': ';
  return `Fails: ${formatList(counts)}${lead}${first}.`;
}

/** The nouns of the verdicts, for counting. */
const nouns: Record<Verdict, string> = {
  pass: 'pass',
  regression: 'regression',
  improvement: 'improvement',
  inconclusive: 'inconclusive figure',
  missing: 'missing figure',
};

function countsOf(rows: readonly ComparisonRow[], verdicts: readonly Verdict[]): string[] {
  return verdicts.flatMap((verdict) => {
    const count = rows.filter((row) => row.verdict === verdict).length;
    return count === 0 ? [] : [formatCount(count, nouns[verdict])];
  });
}

/** Regressions first, and of these the one that changed most. */
function weight({ verdict, ratio }: ComparisonRow): number {
  const change = ratio === undefined || ratio <= 0 ? 0 : Math.abs(Math.log(ratio));
  const rank = { regression: 3, missing: 2, improvement: 1, inconclusive: 0, pass: 0 }[verdict];
  return rank * 1000 + Math.min(change, 999);
}

function rowText(row: ComparisonRow): string {
  if (row.verdict === 'missing') return `${rowName(row)} is missing`;
  if (row.ratio === undefined) return `${rowName(row)}: ${row.verdict}`;
  return `${rowName(row)}: ${ratioText(row, 'times BASE')}`;
}

/** Only what is decided passes. */
function passSentence({ rows, structure, options }: Comparison): string {
  const uncounted = countsOf(rows, ['regression', 'missing']);
  const undecided = undecidedText(rows);
  const shown = `no figure of ${rows.length} is shown to be worse by ${percentText(options.minEffect)} or more`;
  const lead =
    uncounted.length > 0
      ? `Passes, though not without ${formatList(uncounted)}, which --fail-on leaves out`
      : `${undecided.length > 0 ? 'Undecided' : 'Passes'}: ${shown}`;
  const improved = countsOf(rows, ['improvement']);
  return `${[lead, ...undecided, ...improved, ...structureText(structure)].join('; ')}.`;
}

/** `3 inconclusive (about 8 more rounds a side would decide)` */
function undecidedText(rows: readonly ComparisonRow[]): string[] {
  const undecided = rows.filter(({ verdict }) => verdict === 'inconclusive');
  if (undecided.length === 0) return [];
  const known = undecided.flatMap(({ moreRounds }) => moreRounds ?? []);
  const need = known.length === 0 ? '' : ` (${moreRoundsText(Math.max(...known))})`;
  return [`${undecided.length} inconclusive${need}`];
}

function structureText(structure: readonly StructuralDifference[]): string[] {
  return structure.length === 0 ? [] : [formatCount(structure.length, 'structural difference')];
}
