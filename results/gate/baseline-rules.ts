import { TwinbootError } from '../../core/error.ts';
import { plainLine } from '../../core/text.ts';
import { NOTHING } from '../../core/words.ts';
import { compare } from '../compare/compare.ts';
import type { Comparison, ComparisonRow } from '../compare/comparison.ts';
import type { PooledSide } from '../compare/pool.ts';
import { moreRoundsText, percentText, ratioText } from '../compare/row-text.ts';
import type { RunRecord } from '../record.ts';
import { subjectLimits, type SubjectLimits } from './limit-rules.ts';
import type { Gate } from './read-gate.ts';
import type { Subject } from './subjects.ts';
import type { GateFinding, GateVerdict } from './verdict.ts';

/** Metrics that the gate holds against a baseline. */
export function relativeMetrics({ metrics }: Gate): string[] {
  return Object.entries(metrics).flatMap(([metric, { everywhere, under }]) =>
    [everywhere, ...Object.values(under)].some(({ regression }) => regression !== undefined) ? [metric] : [],
  );
}

/** The baseline of a run's environment; or why there is none, and whether this run becomes it (`--save-baseline`). */
export type BaselineState = { side: PooledSide } | { reason: string; willBeSaved: boolean };

type Judged = Pick<GateFinding, 'measured' | 'verdict' | 'reason' | 'blame'>;

export function needsBaseline(gate: Gate): boolean {
  return relativeMetrics(gate).length > 0 || gate.forbidChanges.length > 0;
}

/**
 * The rows of `regression` limits and forbidden changes. All relative limits are judged as one family, so that the
 * gate as a whole keeps its bound on false alarms; each with its own percentage as the least effect.
 */
export function baselineRows(gate: Gate, record: RunRecord, baseline: BaselineState): BaselineFindings {
  const relative = subjectLimits(gate, record).filter(({ limits }) => limits.regression !== undefined);
  const metrics = [...new Set(relative.map(({ metric }) => metric))];
  const comparisons = new Map<number, ComparisonState>();
  const against = (minEffect: number): ComparisonState => {
    const known = comparisons.get(minEffect) ?? compareWith(gate, record, baseline, metrics, minEffect);
    comparisons.set(minEffect, known);
    return known;
  };
  const rows = [
    ...relative.map((entry) => regressionRow(entry, against)),
    ...gate.forbidChanges.flatMap((kind) => changeRows(kind, against(DEFAULT_EFFECT))),
  ];
  // Least effects of their own do not change what p has to reach: the caveat of one comparison is that of all.
  const caveat = [...comparisons.values()].flatMap((state) =>
    'rows' in state ? (state.caveat ?? []) : [],
  )[0];
  return { rows, ...(relative.length > 0 && caveat !== undefined && { caveat }) };
}

export interface BaselineFindings {
  rows: GateFinding[];
  /** Comparison.caveat, where limits are relative. */
  caveat?: string;
}

/** Of the comparison that only its structural differences are read of; any effect does. */
const DEFAULT_EFFECT = 0.05;

type ComparisonState = Comparison | Pick<GateFinding, 'verdict' | 'reason'>;

function compareWith(
  { alpha, maxFailedBoots }: Gate,
  record: RunRecord,
  baseline: BaselineState,
  metrics: readonly string[],
  minEffect: number,
): ComparisonState {
  if (!('side' in baseline)) {
    return { verdict: baseline.willBeSaved ? 'skipped' : 'fail', reason: baseline.reason };
  }
  const declared = new Set(
    baseline.side.records[0].scenarios.flatMap((scenario) => scenario.metrics.map(({ id }) => id)),
  );
  const common = metrics.filter((metric) => declared.has(metric));
  try {
    return compare(
      baseline.side,
      { name: record.id, records: [record] },
      { metrics: common, minEffect, alpha, maxFailedBoots },
    );
  } catch (error) {
    // A baseline that has nothing to compare with fails its rules; a record that cannot be believed ends it all.
    const isEmpty = error instanceof TwinbootError && EMPTY.includes(error.code);
    if (isEmpty) return { verdict: 'fail', reason: error.message };
    throw error;
  }
}

const EMPTY = ['no-values', 'no-common-metric', 'no-common-runtime'];

function regressionRow(
  { metric, subject, limits, marks }: SubjectLimits,
  against: (minEffect: number) => ComparisonState,
): GateFinding {
  const regression = limits.regression ?? NaN;
  const state = against(regression);
  return {
    rule: `${metric} regression`,
    subject: subject.name,
    limit: `less than ${percentText(regression)} worse than the baseline`,
    ...('rows' in state ? judgeRow(state, metric, subject) : { measured: NOTHING, ...state }),
    ...marks,
  };
}

const verdictOf: Readonly<Record<ComparisonRow['verdict'], GateVerdict>> = {
  pass: 'pass',
  improvement: 'pass',
  regression: 'fail',
  inconclusive: 'inconclusive',
  missing: 'fail',
};

function judgeRow({ rows, notes }: Comparison, metric: string, subject: Subject): Judged {
  const row = rows.find((one) => one.metric === metric && one.subject === subject.name);
  if (row === undefined) {
    const note = notes.find(({ runtime }) => runtime !== undefined && subject.runtimes.includes(runtime));
    return {
      measured: NOTHING,
      verdict: 'fail',
      reason: note?.text ?? 'missing: it has no value on one side',
    };
  }
  const reason = reasonOf(row);
  return {
    measured: row.ratio === undefined ? NOTHING : ratioText(row, 'times the baseline'),
    verdict: verdictOf[row.verdict],
    ...(reason !== undefined && { reason }),
    ...(row.blame && { blame: row.blame }),
  };
}

function reasonOf({ verdict, reason, moreRounds }: ComparisonRow): string | undefined {
  const reasons = [
    ...(verdict === 'improvement' || verdict === 'missing' ? [verdict] : []),
    ...(reason === undefined ? [] : [plainLine(reason)]),
    ...(moreRounds === undefined ? [] : [moreRoundsText(moreRounds)]),
  ];
  return reasons.length === 0 ? undefined : reasons.join('; ');
}

/** A row for each forbidden difference that is there, or one that says there is none. */
function changeRows(kind: Gate['forbidChanges'][number], state: ComparisonState): GateFinding[] {
  const row = { rule: kind, subject: 'baseline', limit: 'may not be', emulated: false };
  if (!('rows' in state)) return [{ ...row, measured: NOTHING, ...state }];
  const found = state.structure.filter((difference) => difference.kind === kind);
  if (found.length === 0) return [{ ...row, measured: 'none', verdict: 'pass' }];
  return found.map(({ runtime, message }) => ({
    ...row,
    subject: runtime ?? row.subject,
    measured: plainLine(message),
    verdict: 'fail' as const,
  }));
}
