import type { Metric, RunRecord, Sample } from './record.ts';

/** The measured samples of a scenario in a runtime, in the order of the rounds. */
export function measuredSamples(record: RunRecord, scenario: string, runtime: string): Sample[] {
  return record.samples
    .filter(
      (sample) => sample.phase === 'measured' && sample.scenario === scenario && sample.runtime === runtime,
    )
    .sort(byRound);
}

/** How far a phase has come; 0 where it has no sample. */
export function lastRound({ samples }: Pick<RunRecord, 'samples'>, phase: Sample['phase']): number {
  return samples.reduce((most, one) => (one.phase === phase ? Math.max(most, one.round) : most), 0);
}

/** The order of measuring. */
export function byRound(a: Sample, b: Sample): number {
  return a.round - b.round || a.order - b.order;
}

/** A record's values of one metric by round, of the rounds that gave one. */
export function valuesByRound(
  record: RunRecord,
  scenario: string,
  metric: Pick<Metric, 'id' | 'unit'>,
  runtime: string,
): Map<number, number> {
  return new Map(
    measuredSamples(record, scenario, runtime).flatMap((sample) => {
      const { value } = readingOf(sample, metric);
      return value === undefined ? [] : [[sample.round, value] as const];
    }),
  );
}

/** Either the number that counts, or why there is none. */
type Reading = { value: number; reason?: never } | { value?: never; reason: string };

/** What one measured sample says about a metric. A failed sample says nothing, whatever it had read before. */
export function readingOf(sample: Sample, metric: Pick<Metric, 'id' | 'unit'>): Reading {
  if (sample.outcome !== 'ok') return { reason: sample.error?.message ?? `outcome: ${sample.outcome}` };
  const found = sample.values.find((value) => value.metric === metric.id);
  if (!found) {
    const noted = sample.missing.find((entry) => entry.metric === metric.id);
    return { reason: noted?.reason ?? 'no value, and no reason given' };
  }
  if (found.unit !== metric.unit)
    return { reason: `the value is in ${found.unit}, the metric in ${metric.unit}` };
  if (!Number.isFinite(found.value)) return { reason: `the value is ${found.value}` };
  return { value: found.value };
}
