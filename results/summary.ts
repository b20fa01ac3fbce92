import type { Unit } from '../core/units.ts';
import { createBootstrap, estimateMedian, type Bootstrap } from './statistics/bootstrap.ts';
import type { Interval } from './statistics/interval.ts';
import { marksOf, type Marked } from './marks.ts';
import { isLeading, type Metric, type RunRecord, type Sample } from './record.ts';
import { pairsOf, roundRatios } from './ratio.ts';
import { byRound, readingOf } from './samples.ts';
import { describe, type Distribution } from './statistics/distribution.ts';

/** One metric of one runtime over the measured rounds, with the figures of its `values`. */
export interface MetricSummary extends Distribution {
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
  /** Of the median, by percentile bootstrap; absent where n < 2. */
  interval?: Interval;
}

/**
 * VM over container: how many times the container's value the VM's is, round by round (`roundRatios`). Where it is
 * `emulated`, it says nothing about KVM.
 */
export interface RatioSummary extends Marked {
  scenario: string;
  metric: string;
  container: string;
  vm: string;
  /** How many measured rounds gave both sides: 1 at least. */
  n: number;
  /** The median of the ratios of those rounds. */
  ratio: number;
  /** Of that median, as of any other; absent where n < 2. */
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
  /** One per headline or rung and pair of a VM with a container that has one (`roundRatios`). */
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
    ratios: summariseRatios(record, bootstrap),
    boots: record.runtimes.map(({ id }) => summariseBoots(id, measured)),
  };
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

function summariseRatios(record: RunRecord, bootstrap: Bootstrap): RatioSummary[] {
  const pairs = pairsOf(record.runtimes).map(({ container, vm }) => ({ container: container.id, vm: vm.id }));
  return record.scenarios.flatMap((scenario) =>
    scenario.metrics.filter(isLeading).flatMap((metric) =>
      pairs.flatMap((pair) => {
        const { values } = roundRatios([record], scenario.id, metric, pair);
        if (values.length === 0) return [];
        const { value: ratio, interval, n } = estimateMedian(values, bootstrap);
        const marks = marksOf([record], [pair.container, pair.vm], metric.unit);
        const names = { scenario: scenario.id, metric: metric.id, ...pair };
        return [{ ...names, n, ratio, ...(interval && { interval }), ...marks }];
      }),
    ),
  );
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
