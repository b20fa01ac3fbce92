import { marksOf, type Marked } from '../marks.ts';
import { services } from '../questions/services.ts';
import { pairsOf, roundRatios, type RatioPair } from '../ratio.ts';
import {
  isLeading,
  ledgerIn,
  type Ledger,
  type Metric,
  type RunRecord,
  type RuntimeDescription,
  type Sample,
} from '../record.ts';
import { measuredSamples, readingOf } from '../samples.ts';
import type { ComparisonRow } from './comparison.ts';
import { countBoots, type PooledSide } from './pool.ts';
import type { SelectedMetric } from './select.ts';

/** What one side measured of one metric: record by record, round by round; warm-ups do not count. */
export interface Series {
  /** In the metric's unit; of a VM over a container, how many times. Samples that were not ok gave none. */
  values: number[];
  /** Why other rounds gave none: each reason once. */
  reasons: string[];
}

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
  return ledgersByBoot(record, runtime).map(({ ledger }) => ledger);
}

/** The same, each with the sample that holds it. */
export function ledgersByBoot(record: RunRecord, runtime: string): { sample: Sample; ledger: Ledger }[] {
  return measuredSamples(record, services.id, runtime).flatMap((sample) => {
    const ledger = sample.outcome === 'ok' ? ledgerIn(sample.details) : undefined;
    return ledger === undefined ? [] : [{ sample, ledger }];
  });
}

export interface Candidate {
  row: Pick<
    ComparisonRow,
    'scenario' | 'metric' | 'title' | 'unit' | 'better' | 'subject' | 'kind' | keyof Marked
  >;
  /** Of a ratio: the ids of its two runtimes. */
  pair?: { vm: string; container: string };
  base: Series;
  next: Series;
}

/** A candidate for each metric of each runtime, then for each metric of each VM over each container. */
export function candidatesOf(
  base: PooledSide,
  next: PooledSide,
  metrics: readonly SelectedMetric[],
  runtimes: readonly RuntimeDescription[],
): Candidate[] {
  return [
    ...runtimes.flatMap((runtime) =>
      metrics.flatMap((metric) => runtimeCandidate(base, next, metric, runtime)),
    ),
    ...pairsOf(runtimes).flatMap((pair) =>
      metrics
        .filter(({ metric }) => isLeading(metric))
        .flatMap((metric) => ratioCandidate(base, next, metric, pair)),
    ),
  ];
}

/** None where neither side has a value, as of a guest kernel in a container; one where that is because boots failed. */
function runtimeCandidate(
  base: PooledSide,
  next: PooledSide,
  { scenario, metric }: SelectedMetric,
  { id }: RuntimeDescription,
): Candidate[] {
  const candidate: Candidate = {
    row: {
      ...factsOf(scenario, metric),
      subject: id,
      kind: 'runtime',
      ...marksOf([...base.records, ...next.records], [id], metric.unit),
    },
    base: runtimeSeries(base, scenario, metric, id),
    next: runtimeSeries(next, scenario, metric, id),
  };
  const hasValues = candidate.base.values.length + candidate.next.values.length > 0;
  const isBarren = [base, next].every((side) => everyBootFailed(side, id));
  return hasValues || isBarren ? [candidate] : [];
}

/** None where a side of the ratio has no values: the rows of the runtimes say so already. */
function ratioCandidate(
  base: PooledSide,
  next: PooledSide,
  { scenario, metric }: SelectedMetric,
  { vm, container }: { vm: RuntimeDescription; container: RuntimeDescription },
): Candidate[] {
  const pair = { vm: vm.id, container: container.id };
  const candidate: Candidate = {
    row: {
      ...factsOf(scenario, metric),
      unit: 'ratio',
      subject: `${vm.id} / ${container.id}`,
      kind: 'vm-over-container',
      ...marksOf([...base.records, ...next.records], [vm.id, container.id], metric.unit),
    },
    pair,
    base: ratioSeries(base, scenario, metric, pair),
    next: ratioSeries(next, scenario, metric, pair),
  };
  const isThere = [vm, container].every(
    ({ id }) => runtimeSeries(next, scenario, metric, id).values.length > 0,
  );
  return isThere && candidate.base.values.length > 0 ? [candidate] : [];
}

function factsOf(
  scenario: string,
  { id, title, unit, better }: Metric,
): Pick<ComparisonRow, 'scenario' | 'metric' | 'title' | 'unit' | 'better'> {
  return { scenario, metric: id, title, unit, better };
}

function everyBootFailed(side: PooledSide, runtime: string): boolean {
  const { begun, failed } = countBoots(side, runtime);
  return begun === failed;
}
