import { markTexts } from '../marks.ts';
import {
  FAR_MORE,
  type Column,
  type Difference,
  type Outcome,
  type VerdictDocument,
  type VerdictRow,
} from '../verdicts/document.ts';
import { blameLines } from './blame.ts';
import type { ComparedSide, Comparison, ComparisonRow, StructuralDifference, Verdict } from './comparison.ts';
import {
  defaultFailOn,
  failuresOf,
  hasFailures,
  isFailingDifference,
  isFailingRow,
  type FailOn,
} from './failures.ts';
import { verdictSentence } from './sentence.ts';
import { figureText, isFarMore, moreRoundsText, percentText, pText, ratioText, rowName } from './row-text.ts';

/** What every row says that was compared by force. */
const FORCED = 'compared across different environments';

const columns: readonly Column[] = [
  { title: 'BASE', align: 'right' },
  { title: 'NEW', align: 'right' },
  { title: 'NEW/BASE [95 %]', align: 'right' },
  { title: 'p', align: 'right' },
  { title: 'n', align: 'right', besideSubject: true },
];

/** A comparison for all forms. `failOn` says what counts as a failure. */
export function comparisonDocument(
  comparison: Comparison,
  failOn: readonly FailOn[] = defaultFailOn,
): VerdictDocument {
  const { base, next, rows, structure, environment, notes } = comparison;
  const failures = failuresOf(comparison, failOn);
  const passed = !hasFailures(failures);
  const sentence = verdictSentence(comparison, failOn);
  const texts = notes.map(({ text }) => text);
  return {
    title: 'twinboot compare',
    startedAt: next.startedAt,
    passed,
    sentence,
    ...(comparison.caveat !== undefined && { caveat: comparison.caveat }),
    about: [
      { label: 'BASE', text: sideText(base) },
      { label: 'NEW', text: sideText(next) },
    ],
    rowTitle: 'metric',
    columns,
    rows: rows.map((row) => rowOf(row, comparison, failOn)),
    differences: structure.map((difference) => differenceOf(difference, failOn)),
    notes: texts,
    method: methodOf(comparison),
    ...(environment.length > 0 && {
      markOfAll: { symbol: '†', text: `${FORCED}: ${environmentText(comparison)}` },
    }),
    json: { verdict: passed ? 'pass' : 'fail', sentence, failOn, failures, ...comparison, notes: texts },
  };
}

function sideText({ name, records, image, startedAt }: ComparedSide): string {
  const runs = records.length === 1 ? `run ${records[0] ?? ''}` : `${records.length} runs`;
  return `${name}: ${runs}, ${startedAt.slice(0, 16).replace('T', ' ')} UTC, image ${image}`;
}

function rowOf(row: ComparisonRow, comparison: Comparison, failOn: readonly FailOn[]): VerdictRow {
  const { subject, metric, verdict, base, next, unit, reason, moreRounds, emulated, timeMarks } = row;
  return {
    subject,
    name: metric,
    fullName: rowName(row),
    outcome: isFailingRow(row, failOn) ? 'failed' : outcomes[verdict],
    verdict,
    cells: [
      figureText(base.median, unit),
      figureText(next.median, unit),
      ratioText(row),
      pText(row.pCorrected),
      countsText(row),
    ],
    evidence: rowEvidence(row, comparison),
    ...(reason !== undefined && { reason }),
    ...(row.blame !== undefined && { blame: blameLines(row.blame) }),
    ...(moreRounds !== undefined && { moreRounds: isFarMore(moreRounds) ? FAR_MORE : moreRounds }),
    emulated,
    ...(timeMarks && { timeMarks }),
  };
}

/** The outcome of a row that does not fail. */
const outcomes: Readonly<Record<Verdict, Outcome>> = {
  pass: 'passed',
  improvement: 'noted',
  inconclusive: 'undecided',
  regression: 'tolerated',
  missing: 'tolerated',
};

const countsText = ({ base, next }: ComparisonRow): string => `${base.n} and ${next.n}`;

/** `501 ms, was 446 ms: 1.12 times [1.09, 1.15], p 0.0033, n = 12 and 12` and what else there is to say. */
function rowEvidence(row: ComparisonRow, { environment }: Comparison): string {
  const { base, next, unit, ratio, pCorrected, moreRounds, reason } = row;
  const figures = [
    ...(ratio === undefined ? [] : [ratioText(row, 'times')]),
    ...(pCorrected === undefined ? [] : [`p ${pText(pCorrected)}`]),
    `n = ${countsText(row)}`,
  ];
  const medians = [next, base].map(({ median }) =>
    median === undefined ? 'no value' : figureText(median, unit),
  );
  const said = [
    `${medians.join(', was ')}: ${figures.join(', ')}`,
    ...(moreRounds === undefined ? [] : [moreRoundsText(moreRounds)]),
    ...(reason === undefined ? [] : [reason]),
    ...markTexts(row),
    ...(environment.length > 0 ? [FORCED] : []),
  ];
  return said.join('; ');
}

function differenceOf(difference: StructuralDifference, failOn: readonly FailOn[]): Difference {
  const { kind, runtime, subject, message } = difference;
  return {
    kind,
    name: [kind, ...(runtime === undefined ? [] : [runtime]), subject].join(' '),
    outcome: isFailingDifference(difference, failOn) ? 'failed' : 'noted',
    message,
  };
}

function methodOf({ rows, options: { minEffect, alpha } }: Comparison): string[] {
  return [
    `Medians. p: permutation test, corrected over all rows (Holm); least effect ${percentText(minEffect)}, alpha ${alpha}.`,
    ...(rows.some(({ kind }) => kind === 'vm-over-container')
      ? ['A VM / a container: the median of the ratios by round.']
      : []),
  ];
}

/** `cpu model: A → B; kernel: …` */
function environmentText({ environment }: Comparison): string {
  return environment.map(({ key, base, next }) => `${key}: ${base} → ${next}`).join('; ');
}
