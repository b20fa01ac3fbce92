import { plainLine } from '../../core/text.ts';
import { formatCount } from '../../core/words.ts';
import { assertPlausible } from '../plausible.ts';

import type { RunRecord } from '../record.ts';
import { borneText } from '../failed-boots.ts';
import { summarise, type Summary } from '../summary.ts';
import { explained } from './explain.ts';
import { baselineRows, needsBaseline, type BaselineState } from './baseline-rules.ts';
import { expectedRows } from './expected-rules.ts';
import { limitRows, subjectLimits, unmatchedMetricRows } from './limit-rules.ts';
import type { Gate } from './read-gate.ts';
import { rowEvidence, ruleName } from './verdict.ts';
import { imageRows, runRows, serviceRows } from './structural-rules.ts';
import { runtimeSubjects } from './subjects.ts';
import type { GateFinding, GateResult, GateRow } from './verdict.ts';

/**
 * Holds a record against a gate's rules. Pure. A rule that nothing in the record answers to, and a metric without a
 * value, fail. Throws the usage error `impossible-value` of a record that was edited by hand.
 */
export function evaluateGate(gate: Gate, record: RunRecord, baseline: BaselineState): GateResult {
  assertPlausible(record);
  const summary = summarise(record);
  const relative = needsBaseline(gate) ? baselineRows(gate, record, baseline) : { rows: [] };
  const against = 'side' in baseline ? baseline.side : undefined;
  const limits = subjectLimits(gate, record).flatMap((entry) =>
    limitRows(entry, summary).map((row) => ({ row, told: explained(row, entry, record, against) })),
  );
  const usesBaseline = needsBaseline(gate) || limits.some(({ row, told }) => told !== row);
  const findings = [
    ...runRows(gate, record, summary),
    ...imageRows(gate, record),
    ...serviceRows(gate, runtimeSubjects(gate, record), record),
    ...expectedRows(gate, runtimeSubjects(gate, record), record),
    ...unmatchedMetricRows(gate, record),
    ...limits.map(({ told }) => told),
    ...relative.rows,
  ];
  const rows = findings.map((finding) => ({ ...finding, failed: isFailed(finding, gate) }));
  const passed = !rows.some(({ failed }) => failed);
  return {
    gate: gate.file,
    record: record.id,
    ...(usesBaseline && against !== undefined && { baseline: against.records[0].id }),
    passed,
    rows,
    ...(relative.caveat !== undefined && { caveat: relative.caveat }),
    warnings: [...borneFailures(gate, record, summary), ...warningsOn(rows, gate)],
    why: passed ? passSentence(rows) : failSentence(rows),
  };
}

function isFailed({ verdict }: GateFinding, { inconclusive }: Gate): boolean {
  return verdict === 'fail' || (verdict === 'inconclusive' && inconclusive === 'fail');
}

/** Boots that failed and do not count, so that the gate bears them and does not hide them. */
function borneFailures(gate: Gate, record: RunRecord, { boots }: Summary): string[] {
  return runtimeSubjects(gate, record).flatMap(({ name }) => {
    const counts = boots.find(({ runtime }) => runtime === name);
    return (counts && borneText(plainLine(name, 80), counts, gate.maxFailedBoots)) ?? [];
  });
}

/** Below this many values no interval of a median holds 95 %. */
const ENOUGH_VALUES = 6;

function warningsOn(rows: readonly GateRow[], { inconclusive }: Gate): string[] {
  const undecided = countOf(rows, 'inconclusive');
  const few = rows.filter(
    ({ figures }) => figures !== undefined && figures.n > 0 && figures.n < ENOUGH_VALUES,
  );
  const unknown = rows.filter(({ verdict, unknownUnit }) => verdict === 'pass' && unknownUnit === true);
  return [
    ...(unknown.length > 0
      ? [
          `${formatCount(unknown.length, 'rule')} ${unknown.length === 1 ? 'holds' : 'hold'} because no boot knows such a unit: ` +
            unknown.map(ruleName).join(', '),
        ]
      : []),
    ...(undecided > 0 && inconclusive === 'pass'
      ? [
          `${formatCount(undecided, 'rule')} could not be decided and ${undecided === 1 ? 'counts' : 'count'} as passed: ` +
            'more rounds would tell, and `inconclusive: fail` would count them as failed',
        ]
      : []),
    ...(few.length > 0
      ? [
          `${formatCount(few.length, 'limit')} judged on fewer than ${ENOUGH_VALUES} values, too few for an interval of 95 %`,
        ]
      : []),
  ];
}

function countOf(rows: readonly GateRow[], verdict: GateRow['verdict']): number {
  return rows.filter((row) => row.verdict === verdict).length;
}

function passSentence(rows: readonly GateRow[]): string {
  const undecided = countOf(rows, 'inconclusive');
  const skipped = countOf(rows, 'skipped');
  const held = countOf(rows, 'pass');
  return (
    [
      `${undecided > 0 ? 'Undecided' : 'Passes'}: ${held} of ${formatCount(rows.length, 'rule')} hold`,
      ...(undecided > 0 ? [`${undecided} inconclusive`] : []),
      ...(skipped > 0 ? [`${skipped} skipped for want of a baseline`] : []),
    ].join(', ') + '.'
  );
}

function failSentence(rows: readonly GateRow[]): string {
  const failing = rows.filter(({ failed }) => failed);
  const [first] = failing;
  const lead = failing.length > 1 ? '; first of all ' : ': ';
  return `Fails: ${failing.length} of ${formatCount(rows.length, 'rule')}${lead}${first ? rowText(first) : ''}.`;
}

/** `startup.ready max in nspawn: 2.31 s [2.20 s, 2.40 s], n = 20 (at most 2 s)` */
function rowText(row: GateRow): string {
  return plainLine(`${ruleName(row)}: ${rowEvidence(row)}`);
}
