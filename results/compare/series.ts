import { roundRatios, type RatioPair } from '../ratio.ts';
import { ledgerIn, type Ledger, type Metric, type RunRecord } from '../record.ts';
import { measuredSamples, readingOf } from '../samples.ts';
import type { PooledSide } from './pool.ts';

/** What one side measured of one metric: record by record, round by round; warm-ups do not count. */
export interface Series {
  /** In the metric's unit; of a VM over a container, how many times. Samples that were not ok gave none. */
  values: number[];
  /** Why other rounds gave none: each reason once. */
  reasons: string[];
}

/** One metric of one runtime. */
export function runtimeSeries(side: PooledSide, scenario: string, metric: Metric, runtime: string): Series {
  const readings = side.records.flatMap((record) =>
    measuredSamples(record, scenario, runtime).map((sample) => readingOf(sample, metric)),
  );
  return {
    values: readings.flatMap(({ value }) => value ?? []),
    reasons: [...new Set(readings.flatMap(({ reason }) => reason ?? []))],
  };
}

/** A VM over a container, by the rounds that gave both: `roundRatios`. */
export function ratioSeries(side: PooledSide, scenario: string, metric: Metric, pair: RatioPair): Series {
  const ratios = roundRatios(side.records, scenario, metric, pair);
  return { values: ratios.values, reasons: 'reason' in ratios ? [ratios.reason] : [] };
}

/** The services ledgers of the good measured boots of a runtime. */
export function ledgersIn(record: RunRecord, runtime: string): Ledger[] {
  return measuredSamples(record, 'services', runtime).flatMap(({ outcome, details }) =>
    outcome === 'ok' ? (ledgerIn(details) ?? []) : [],
  );
}
