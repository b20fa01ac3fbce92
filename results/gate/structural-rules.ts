import { plainLine } from '../../core/text.ts';
import { formatBytes } from '../../core/units.ts';
import { NOTHING } from '../../core/words.ts';
import { ledgersIn } from '../compare/series.ts';
import { mostFrequent } from '../../core/group-by.ts';
import { failedText, isWithinLimit, limitText } from '../failed-boots.ts';

import type { Ledger, LedgerRow, RunRecord } from '../record.ts';
import type { Summary } from '../summary.ts';
import { unmatchedRow } from './limit-rules.ts';
import { nearest } from '../../core/suggest.ts';
import type { ServiceRules } from './file-schema.ts';
import { unitMatcher, unitName } from './unit-names.ts';
import type { Gate } from './read-gate.ts';
import { absentRuntimes, runtimeSubjects, unmatchedKeys, type Subject } from './subjects.ts';
import type { GateFinding } from './verdict.ts';

/** That the run was finished, has every runtime of the file, and how many boots failed. */
export function runRows(gate: Gate, record: RunRecord, summary: Summary): GateFinding[] {
  const complete: GateFinding = {
    rule: 'run complete',
    subject: 'run',
    measured: record.state,
    limit: 'it must be complete',
    verdict: 'fail',
    reason: 'the run was cut short',
    emulated: false,
  };
  return [
    ...(record.state === 'complete' ? [] : [complete]),
    ...absentRuntimes(gate, record).map((id) => unmatchedRow('runtime measured', id)),
    ...runtimeSubjects(gate, record).map((subject) => bootsRow(gate, subject, summary)),
  ];
}

function bootsRow({ maxFailedBoots }: Gate, { name }: Subject, { boots }: Summary): GateFinding {
  const counts = boots.find(({ runtime }) => runtime === name) ?? { begun: 0, failed: 0 };
  return {
    rule: 'failed boots',
    subject: name,
    measured: failedText(counts),
    limit: `at most ${limitText(maxFailedBoots)}`,
    verdict: counts.begun > 0 && isWithinLimit(counts, maxFailedBoots) ? 'pass' : 'fail',
    ...(counts.begun === 0 && { reason: 'nothing was booted' }),
    emulated: false,
  };
}

export function imageRows({ maxImageBytes }: Gate, { image }: RunRecord): GateFinding[] {
  if (maxImageBytes === undefined) return [];
  return [
    {
      rule: 'image size',
      subject: 'image',
      measured: formatBytes(image.usedBytes),
      limit: `at most ${formatBytes(maxImageBytes)}`,
      verdict: image.usedBytes <= maxImageBytes ? 'pass' : 'fail',
      emulated: false,
    },
  ];
}

/** What the services rules find in the ledgers of every good measured boot. */
export function serviceRows(
  { services }: Gate,
  subjects: readonly Subject[],
  record: RunRecord,
): GateFinding[] {
  if (services === undefined) return [];
  const { everywhere, under } = services;
  return [
    ...unmatchedKeys(under, subjects).map((key) => unmatchedRow('services', key)),
    ...subjects.flatMap((subject) => {
      const rules = [everywhere, ...subject.keys.flatMap((key) => under[key] ?? [])];
      return rowsOfSubject(subject, rules, ledgersIn(record, subject.name));
    }),
  ];
}

function rowsOfSubject(
  subject: Subject,
  rules: readonly ServiceRules[],
  ledgers: readonly Ledger[],
): GateFinding[] {
  const named = (key: 'forbid' | 'require'): string[] => [
    ...new Set(rules.flatMap((rule) => rule[key]).map(unitName)),
  ];
  const row = (rule: string, limit: string, found: Finding): GateFinding => ({
    rule,
    subject: subject.name,
    limit,
    emulated: false,
    ...(ledgers.length === 0 ? NO_LEDGER : found),
  });
  return [
    ...named('forbid').map((name) =>
      row(`${name} forbidden`, 'may not be started', judgeEach(ledgers, name, isSurelyIdle, 'pass')),
    ),
    ...named('require').map((name) =>
      row(`${name} required`, 'must run, or have run', judgeEach(ledgers, name, isUp, 'fail')),
    ),
    ...(rules.some((rule) => rule['forbid-failed'])
      ? [row('failed units', 'none may fail', judgeFailed(ledgers))]
      : []),
  ];
}

type Finding = Pick<GateFinding, 'measured' | 'verdict' | 'reason' | 'unknownUnit'>;

const NO_LEDGER: Finding = {
  measured: NOTHING,
  verdict: 'fail',
  reason: 'missing: no good boot with a services ledger (scenario services)',
};

/** Every boot must be as `isGood` wants it; the most frequent state of the others is what was measured. */
function judgeEach(
  ledgers: readonly Ledger[],
  name: string,
  isGood: (row: LedgerRow) => boolean,
  ofNone: Finding['verdict'],
): Finding {
  const isNamed = unitMatcher(name);
  const found = ledgers.map(({ services }) => services.filter((row) => rowNames(row).some(isNamed)));
  if (found.every((rows) => rows.length === 0)) {
    return {
      measured: 'not-installed',
      verdict: ofNone,
      reason: unknownText(name, ledgers),
      unknownUnit: true,
    };
  }
  // Of several that a pattern matches, or of none in this boot, one speaks for all.
  const rows = found.map((some) => some.find((row) => !isGood(row)) ?? some[0] ?? absent(name));
  const bad = rows.filter((row) => !isGood(row));
  const texts = (bad.length > 0 ? bad : rows).map((row) => stateText(row, name));
  const shown = mostFrequent(texts, (text) => text)?.value ?? NOTHING;
  const count = bad.length > 0 ? bad.length : rows.length;
  return {
    measured: `${shown} (${count} of ${rows.length} boots)`,
    verdict: bad.length > 0 ? 'fail' : 'pass',
  };
}

function rowNames({ service, aliases = [] }: LedgerRow): string[] {
  return [service, ...aliases];
}

/** That nothing has this name may be what the rule is for, or a slip of the hand. */
function unknownText(name: string, ledgers: readonly Ledger[]): string {
  const known = [...new Set(ledgers.flatMap(({ services }) => services.flatMap(rowNames)))];
  const near = nearest(name, known);
  const guess = near === undefined ? '' : `; did you mean "${near}"?`;
  return plainLine(`no boot knows a unit of this name${guess}`, 200);
}

function absent(service: string): LedgerRow {
  return { service, host: 'unknown', state: 'not-installed', duplicated: false };
}

/** Never begun to start. A state that is not known proves nothing. */
function isSurelyIdle({ state, startMs }: LedgerRow): boolean {
  return startMs === undefined && ['skipped', 'inactive', 'masked', 'not-installed'].includes(state);
}

/** A one-shot service that ran and ended well is inactive, and has a start. */
function isUp({ state, startMs }: LedgerRow): boolean {
  return state === 'running' || state === 'exited' || (state === 'inactive' && startMs !== undefined);
}

/** Whose state it is, where the rule has another name for it. */
function stateText({ service, state, reason }: LedgerRow, name: string): string {
  const whose = service === name ? '' : `${service} `;
  return plainLine(`${whose}${reason === undefined ? state : `${state}: ${reason}`}`, 120);
}

function judgeFailed(ledgers: readonly Ledger[]): Finding {
  const failed = ledgers.map(({ services }) =>
    services.filter(({ state }) => state === 'failed').map(({ service }) => service),
  );
  const names = [...new Set(failed.flat())].map((name) => plainLine(name, 80));
  if (names.length === 0) return { measured: 'none', verdict: 'pass' };
  const boots = failed.filter((services) => services.length > 0).length;
  return { measured: `${names.join(', ')} (${boots} of ${ledgers.length} boots)`, verdict: 'fail' };
}
