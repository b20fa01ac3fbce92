import type { Unit } from '../core/units.ts';
import { createBootstrap, type Bootstrap, type Interval } from './bootstrap.ts';
import { marksOf, type Marked } from './marks.ts';
import { isLeading, type Metric, type RunRecord, type Sample } from './record.ts';
import { describe } from './statistics.ts';

export type { Interval } from './bootstrap.ts';

/** One metric of one runtime over the measured rounds. */
export interface MetricSummary {
  scenario: string;
  metric: string;
  unit: Unit;
  /** RuntimeDescription.id. */
  runtime: string;
  /** How many measured samples gave a value. */
  n: number;
  /** How many measured samples did not, failed boots included. */
  missing: number;
  /** Why values are missing: each reason once. */
  missingReasons: string[];
  /** The raw values in the order of the rounds; nothing is left out. */
  values: number[];
  /** Absent where n = 0. */
  median?: number;
  mean?: number;
  min?: number;
  max?: number;
  /** Quartiles; absent where n = 0. */
  p25?: number;
  p75?: number;
  /** Sample standard deviation; absent where n < 2. */
  sd?: number;
  /** Of the median, by percentile bootstrap; absent where n < 2. */
  interval?: Interval;
}

/** VM over container: how many times the container's median the VM's median is. Where it is `emulated`, it says nothing about KVM. */
export interface RatioSummary extends Marked {
  scenario: string;
  metric: string;
  container: string;
  vm: string;
  /** Median of the VM over median of the container. */
  ratio: number;
  /** Of the ratio of medians, by percentile bootstrap; absent where either side has n < 2. */
  interval?: Interval;
}

/** The measured boots of one runtime. A boot failed if anything asked of it failed or timed out. */
export interface BootSummary {
  runtime: string;
  begun: number;
  failed: number;
}

export interface Summary {
  /** Every declared metric for every runtime, in the record's order, also where n = 0. */
  metrics: MetricSummary[];
  /**
   * One per headline or rung and pair of a VM with a container, where both have values and every value of the
   * container is above 0: how many times a quantity is another that changes its sign has no answer.
   */
  ratios: RatioSummary[];
  boots: BootSummary[];
}

/**
 * Everything that is computed from a record: pure, and the same for the same record (the bootstrap is seeded by it).
 * Warm-up samples, and values of metrics or runtimes that the record does not declare, do not count.
 */
export function summarise(record: RunRecord): Summary {
  const bootstrap = createBootstrap(record.plan.seed);
  const measured = record.samples.filter((sample) => sample.phase === 'measured').sort(byRound);

  const metrics = record.scenarios.flatMap((scenario) => {
    const samplesOf = new Map(record.runtimes.map(({ id }) => [id, samplesFrom(measured, scenario.id, id)]));
    return scenario.metrics.flatMap((metric) =>
      record.runtimes.map(({ id }) =>
        summariseMetric(scenario.id, metric, id, samplesOf.get(id) ?? [], bootstrap),
      ),
    );
  });
  return {
    metrics,
    ratios: summariseRatios(record, metrics, bootstrap),
    boots: record.runtimes.map(({ id }) => summariseBoots(id, measured)),
  };
}

/** The order of measuring. */
export function byRound(a: Sample, b: Sample): number {
  return a.round - b.round || a.order - b.order;
}

function samplesFrom(samples: readonly Sample[], scenario: string, runtime: string): Sample[] {
  return samples.filter((sample) => sample.scenario === scenario && sample.runtime === runtime);
}

function summariseMetric(
  scenario: string,
  metric: Metric,
  runtime: string,
  samples: readonly Sample[],
  bootstrap: Bootstrap,
): MetricSummary {
  const readings = samples.map((sample) => readingOf(sample, metric));
  const values = readings.flatMap(({ value }) => value ?? []);
  const reasons = readings.flatMap(({ reason }) => reason ?? []);
  const interval = bootstrap.median(values);
  return {
    scenario,
    metric: metric.id,
    unit: metric.unit,
    runtime,
    n: values.length,
    missing: samples.length - values.length,
    missingReasons: [...new Set(reasons)],
    values,
    ...describe(values),
    ...(interval && { interval }),
  };
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

function summariseRatios(
  record: RunRecord,
  metrics: readonly MetricSummary[],
  bootstrap: Bootstrap,
): RatioSummary[] {
  const containers = record.runtimes.filter(({ kind }) => kind === 'container');
  const vms = record.runtimes.filter(({ kind }) => kind === 'vm');
  const summaryOf = new Map(metrics.map((summary) => [cellKey(summary), summary]));

  return record.scenarios.flatMap((scenario) =>
    scenario.metrics.filter(isLeading).flatMap((metric) =>
      containers.flatMap((container) =>
        vms.flatMap((vm) => {
          const cell = { scenario: scenario.id, metric: metric.id };
          const below = summaryOf.get(cellKey({ ...cell, runtime: container.id }));
          const above = summaryOf.get(cellKey({ ...cell, runtime: vm.id }));
          const ratio = ratioOf(above, below);
          if (!above || !below || ratio === undefined) return [];
          const interval = bootstrap.ratio(above.values, below.values);
          const names = { ...cell, container: container.id, vm: vm.id };
          const marks = marksOf([record], [container.id, vm.id], metric.unit);
          return [{ ...names, ratio, ...(interval && { interval }), ...marks }];
        }),
      ),
    ),
  );
}

function ratioOf(above: MetricSummary | undefined, below: MetricSummary | undefined): number | undefined {
  if (above?.median === undefined || below?.median === undefined) return undefined;
  if (below.values.some((value) => value <= 0)) return undefined;
  const ratio = above.median / below.median;
  return Number.isFinite(ratio) ? ratio : undefined;
}

function cellKey(cell: { scenario: string; metric: string; runtime: string }): string {
  return JSON.stringify([cell.scenario, cell.metric, cell.runtime]);
}

/** Of a runtime, from measured samples. Scenarios share boots: several samples can look at the same one. */
export function summariseBoots(runtime: string, measured: readonly Sample[]): BootSummary {
  const samples = measured.filter((sample) => sample.runtime === runtime);
  const failed = samples.filter(({ outcome }) => outcome !== 'ok');
  return { runtime, begun: countBoots(samples), failed: countBoots(failed) };
}

function countBoots(samples: readonly Sample[]): number {
  return new Set(samples.map(({ boot }) => boot)).size;
}
