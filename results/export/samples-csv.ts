import type { Unit } from '../../core/units.ts';
import { marksOf, type Marked } from '../marks.ts';
import type { RunRecord, Sample } from '../record.ts';
import { renderCsv, type Columns } from './table.ts';

/**
 * The raw values in long form, warm-up and failed samples included: a line for each sample and metric. A metric
 * without a value has an empty `value` and its reason in `error`. `started_at` is UTC; `value` is in `unit`.
 */
export function renderSamplesCsv(record: RunRecord): string {
  return renderCsv(
    columns,
    record.samples.flatMap((sample) => rowsOf(sample, record)),
  );
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

function rowsOf(sample: Sample, record: RunRecord): Row[] {
  const declared = record.scenarios.find(({ id }) => id === sample.scenario)?.metrics ?? [];
  const isKnown = record.runtimes.some(({ id }) => id === sample.runtime);
  const marksIn = (unit: Unit): Marked | undefined =>
    isKnown ? marksOf([record], [sample.runtime], unit) : undefined;
  const shared = { run: record.id, sample, marks: marksIn('count'), error: sample.error?.message };

  const given = sample.values.map(({ metric, unit, value }) => ({
    ...shared,
    metric,
    unit,
    value,
    marks: marksIn(unit),
  }));
  const names = new Set([...declared.map(({ id }) => id), ...sample.missing.map(({ metric }) => metric)]);
  const missing = [...names]
    .filter((metric) => !sample.values.some((value) => value.metric === metric))
    .map((metric) => ({
      ...shared,
      metric,
      unit: declared.find(({ id }) => id === metric)?.unit,
      error: sample.missing.find((entry) => entry.metric === metric)?.reason ?? shared.error,
    }));
  const rows = [...given, ...missing];
  return rows.length > 0 ? rows : [shared];
}
