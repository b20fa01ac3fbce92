import { units, type Unit } from '../../core/units.ts';
import { marksOf, type Marked } from '../marks.ts';
import type { RunRecord, Sample } from '../record.ts';
import { renderCsv, type Columns } from './table.ts';

/**
 * The raw values in long form, warm-up and failed samples included: a line for each sample and metric. A metric
 * without a value has an empty `value` and its reason in `error`. `started_at` is UTC; `value` is in `unit`.
 */
export function renderSamplesCsv(record: RunRecord): string {
  const declared = firstOfEach(
    record.scenarios.map(({ id, metrics }) => [
      id,
      firstOfEach(metrics.map((metric) => [metric.id, metric.unit])),
    ]),
  );
  const marksFor = marksByRuntime(record);
  return renderCsv(
    columns,
    record.samples.flatMap((sample) =>
      rowsOf(sample, record.id, declared.get(sample.scenario) ?? new Map(), marksFor(sample.runtime)),
    ),
  );
}

/** In their order; of two that a record calls alike the first counts. */
function firstOfEach<Value>(entries: readonly (readonly [string, Value])[]): ReadonlyMap<string, Value> {
  const first = new Map<string, Value>();
  for (const [key, value] of entries) if (!first.has(key)) first.set(key, value);
  return first;
}

type MarksIn = (unit: Unit) => Marked | undefined;

/** Asked for once: a long record has a hundred thousand values, and a dozen pairs of runtime and unit. */
function marksByRuntime(record: RunRecord): (runtime: string) => MarksIn {
  const marks = new Map(
    record.runtimes.map(({ id }) => [
      id,
      new Map(units.map((unit) => [unit, marksOf([record], [id], unit)])),
    ]),
  );
  return (runtime) => (unit) => marks.get(runtime)?.get(unit);
}

interface Row {
  run: string;
  sample: Sample;
  metric?: string;
  unit?: string | undefined;
  value?: number;
  /** Absent for a runtime that the record does not describe. */
  marks: Marked | undefined;
  error: string | undefined;
}

const columns: Columns<Row> = {
  run: ({ run }) => run,
  scenario: ({ sample }) => sample.scenario,
  runtime: ({ sample }) => sample.runtime,
  phase: ({ sample }) => sample.phase,
  round: ({ sample }) => sample.round,
  order: ({ sample }) => sample.order,
  boot: ({ sample }) => sample.boot,
  started_at: ({ sample }) => sample.startedAt,
  outcome: ({ sample }) => sample.outcome,
  metric: ({ metric }) => metric,
  unit: ({ unit }) => unit,
  value: ({ value }) => value,
  emulated: ({ marks }) => marks?.emulated,
  time_marks: ({ marks }) => marks?.timeMarks?.join(' '),
  error: ({ error }) => error,
};

function rowsOf(sample: Sample, run: string, unitOf: ReadonlyMap<string, Unit>, marksIn: MarksIn): Row[] {
  const shared = { run, sample, marks: marksIn('count'), error: sample.error?.message };
  const given = sample.values.map(({ metric, unit, value }) => ({
    ...shared,
    metric,
    unit,
    value,
    marks: marksIn(unit),
  }));
  const reasons = firstOfEach(sample.missing.map(({ metric, reason }) => [metric, reason]));
  const withValue = new Set(sample.values.map(({ metric }) => metric));
  const missing = [...new Set([...unitOf.keys(), ...reasons.keys()])]
    .filter((metric) => !withValue.has(metric))
    .map((metric) => ({
      ...shared,
      metric,
      unit: unitOf.get(metric),
      error: reasons.get(metric) ?? shared.error,
    }));
  const rows = [...given, ...missing];
  return rows.length > 0 ? rows : [shared];
}
