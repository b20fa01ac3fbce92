import { defined } from '../../core/defined.ts';
import { plainLine } from '../../core/text.ts';
import type { Unit } from '../../core/units.ts';
import { NOTHING } from '../../core/words.ts';
import type { SideFigures } from '../compare/comparison.ts';
import { figureRange, figureText } from '../compare/row-text.ts';
import { marksOf, type Marked } from '../marks.ts';
import type { RunRecord } from '../record.ts';
import type { MetricSummary, RatioSummary, Summary } from '../summary.ts';
import type { Limits, MetricRule } from './file-schema.ts';
import type { Gate } from './read-gate.ts';
import { ratioSubjects, runtimeSubjects, unmatchedKeys, type Subject } from './subjects.ts';
import type { GateFinding, GateVerdict } from './verdict.ts';

/** A metric's limits for one subject, everything of the file put together. */
export interface SubjectLimits {
  metric: string;
  subject: Subject;
  limits: Limits;
  kind: 'runtime' | 'ratio';
  marks: Marked;
}

/** Every subject that has limits, metric by metric as the file has them. */
export function subjectLimits(gate: Gate, record: RunRecord): SubjectLimits[] {
  const runtimes = runtimeSubjects(gate, record);
  const ratios = ratioSubjects(gate, record);
  const units = new Map(record.scenarios.flatMap(({ metrics }) => metrics.map(({ id, unit }) => [id, unit])));
  const marks = (metric: string, subject: Subject): Marked =>
    marksOf([record], subject.runtimes, units.get(metric) ?? 'count');
  return Object.entries(gate.metrics).flatMap(([metric, { everywhere, under }]) => [
    ...runtimes.map((subject) => ({
      metric,
      subject,
      limits: limitsFor(subject, everywhere, under),
      kind: 'runtime' as const,
      marks: marks(metric, subject),
    })),
    ...ratios.map((subject) => ({
      metric,
      subject,
      limits: limitsFor(subject, {}, under),
      kind: 'ratio' as const,
      marks: marks(metric, subject),
    })),
  ]);
}

/** Limits under a more special name win, each limit for itself. */
function limitsFor({ keys }: Subject, everywhere: Limits, under: MetricRule['under']): Limits {
  return keys.reduce((limits, key) => ({ ...limits, ...defined(under[key] ?? {}) }), defined(everywhere));
}

/** A failing row for each name in the file that nothing in the record answers to. */
export function unmatchedMetricRows(gate: Gate, record: RunRecord): GateFinding[] {
  const subjects = [...runtimeSubjects(gate, record), ...ratioSubjects(gate, record)];
  return Object.entries(gate.metrics).flatMap(([metric, { under }]) =>
    unmatchedKeys(under, subjects).map((key) => unmatchedRow(metric, key)),
  );
}

export function unmatchedRow(rule: string, key: string): GateFinding {
  return {
    rule,
    subject: key,
    measured: NOTHING,
    limit: NOTHING,
    verdict: 'fail',
    reason: `the record has no ${key}`,
    emulated: false,
  };
}

/** The verdicts of `max` and `min`: of the median's 95 % interval, so that noise at the limit does not flap. */
export function limitRows(entry: SubjectLimits, summary: Summary): GateFinding[] {
  const found = findFigures(entry, summary);
  return (['max', 'min'] as const).flatMap((side) => {
    const limit = entry.limits[side];
    if (limit === undefined) return [];
    // The file has no rates: a limit on one is a plain number.
    const unit = found.unit ?? limit.unit;
    return [
      {
        rule: `${entry.metric} ${side}`,
        subject: entry.subject.name,
        measured: figuresText(found.figures, unit),
        // As the file has it: rounded, a figure just beyond it would read as one within.
        limit: `at ${side === 'max' ? 'most' : 'least'} ${limit.text}`,
        ...judgeLimit(found, side, limit.value),
        figures: found.figures,
        ...entry.marks,
      },
    ];
  });
}

interface Found {
  figures: SideFigures;
  /** Absent where the record does not measure it. */
  unit?: Unit | 'ratio';
  /** Why there is no value. */
  reason: string;
}

function findFigures({ metric, subject, kind }: SubjectLimits, summary: Summary): Found {
  return kind === 'ratio'
    ? ofRatio(summary.ratios.find((ratio) => ratio.metric === metric && namesOf(ratio) === subject.name))
    : ofRuntime(summary.metrics.find((cell) => cell.metric === metric && cell.runtime === subject.name));
}

const namesOf = ({ vm, container }: RatioSummary): string => `${vm} / ${container}`;

function ofRuntime(cell: MetricSummary | undefined): Found {
  const { n = 0, median, interval, missingReasons = [] } = cell ?? {};
  return {
    figures: { n, ...(median !== undefined && { median }), ...(interval && { interval }) },
    ...(cell && { unit: cell.unit }),
    reason: `missing: ${plainLine(missingReasons[0] ?? 'the record did not measure it')}`,
  };
}

function ofRatio(ratio: RatioSummary | undefined): Found {
  const reason = 'missing: the metric has no ratio, or no round gave both sides a value above 0';
  if (ratio === undefined) return { figures: { n: 0 }, unit: 'ratio', reason };
  const { n, ratio: median, interval } = ratio;
  return { figures: { n, median, ...(interval && { interval }) }, unit: 'ratio', reason };
}

/**
 * The whole interval on the good side of the limit passes, the whole interval on the other fails, and one that holds
 * the limit is inconclusive: a gate that judged the bare median would pass and fail in turn at the limit.
 */
function judgeLimit(
  { figures, reason }: Found,
  side: 'max' | 'min',
  limit: number,
): { verdict: GateVerdict; reason?: string } {
  const { n, median, interval } = figures;
  if (median === undefined) return { verdict: 'fail', reason };
  const sign = side === 'max' ? 1 : -1;
  const isWithin = (value: number): boolean => sign * value <= sign * limit;
  if (interval === undefined) {
    const why =
      n === 1 ? 'one value gives no interval: the value is judged' : 'no interval: the median is judged';
    return { verdict: isWithin(median) ? 'pass' : 'fail', reason: why };
  }
  const ends = [interval.low, interval.high].map(isWithin);
  if (ends.every(Boolean)) return { verdict: 'pass' };
  if (!ends.some(Boolean)) return { verdict: 'fail' };
  return { verdict: 'inconclusive', reason: 'the 95 % interval of the median holds the limit' };
}

/** `446 ms [440 ms, 451 ms], n = 20` */
function figuresText({ n, median, interval }: SideFigures, unit: Unit | 'ratio'): string {
  if (median === undefined) return NOTHING;
  const range = interval === undefined ? '' : ` ${figureRange(interval, unit, median)}`;
  return `${figureText(median, unit)}${range}, n = ${n}`;
}
