import { blameLines } from '../compare/blame.ts';
import type { Column, Outcome, VerdictDocument, VerdictRow } from '../verdicts/document.ts';
import { rowEvidence, ruleName, type GateResult, type GateRow, type GateVerdict } from './verdict.ts';

const columns: readonly Column[] = [
  { title: 'measured', align: 'left' },
  { title: 'limit', align: 'left' },
];

/** A gate's result for all forms. `startedAt`: of the run that was judged. */
export function gateDocument(result: GateResult, startedAt: string): VerdictDocument {
  const { gate, baseline, passed, rows, caveat, warnings, why } = result;
  return {
    title: 'twinboot gate',
    startedAt,
    passed,
    sentence: why,
    ...(caveat !== undefined && { caveat }),
    file: gate,
    about: baseline === undefined ? [] : [{ label: 'baseline', text: `run ${baseline}` }],
    rowTitle: 'rule',
    columns,
    rows: rows.map(rowOf),
    differences: [],
    notes: warnings,
    method: [],
    json: result,
  };
}

function rowOf(row: GateRow): VerdictRow {
  const { subject, rule, verdict, measured, limit, reason, failed, blame, emulated, timeMarks } = row;
  return {
    subject,
    name: rule,
    fullName: ruleName(row),
    outcome: failed ? 'failed' : outcomes[verdict],
    verdict,
    cells: [measured, limit],
    evidence: rowEvidence(row),
    ...(reason !== undefined && { reason }),
    ...(blame !== undefined && { blame: blameLines(blame) }),
    emulated,
    ...(timeMarks && { timeMarks }),
  };
}

/** Of what does not fail; a verdict of `fail` always does. */
const outcomes: Readonly<Record<GateVerdict, Outcome>> = {
  pass: 'passed',
  fail: 'failed',
  inconclusive: 'undecided',
  skipped: 'skipped',
};
