import { createRandom } from '../core/random.ts';
import type { Unit } from '../core/units.ts';
import { createBootstrap, estimateMedian, type Bootstrap } from './statistics/bootstrap.ts';
import type { Interval } from './statistics/interval.ts';
import { marksOf, type Marked } from './marks.ts';
import { isLeading, type Metric, type RunRecord, type Sample } from './record.ts';
import { pairsOf, roundRatios } from './ratio.ts';
import { byRound, readingOf } from './samples.ts';
import { describe, type Distribution } from './statistics/distribution.ts';
import { directionOf, findDrifts, type Direction } from './statistics/drifts.ts';

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
  /** Which way the values go over the rounds; absent where that is not beyond chance, and of details. */
  drift?: Direction;
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
  /** As in `MetricSummary`, of the ratios by round. */
  drift?: Direction;
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
  const ratios = summariseRatios(record, bootstrap);
  return {
    ...withDrifts(record, metrics, ratios),
    boots: record.runtimes.map(({ id }) => summariseBoots(id, measured)),
  };
}

function samplesFrom(samples: readonly Sample[], scenario: string, runtime: string): Sample[] {
  return samples.filter((sample) => sample.scenario === scenario && sample.runtime === runtime);
}

/** A figure with the values that it is made of, by their rounds and in their order. */
interface RoundsOf<Figure> {
  summary: Figure;
  byRound: ReadonlyMap<number, number>;
}

function summariseMetric(
  scenario: string,
  metric: Metric,
  runtime: string,
  samples: readonly Sample[],
  bootstrap: Bootstrap,
): RoundsOf<MetricSummary> {
  const readings = samples.map((sample) => ({ round: sample.round, ...readingOf(sample, metric) }));
  const byRound = new Map(
    readings.flatMap(({ round, value }) => (value === undefined ? [] : [[round, value]])),
  );
  const values = readings.flatMap(({ value }) => value ?? []);
  const reasons = readings.flatMap(({ reason }) => reason ?? []);
  const interval = bootstrap.median(values);
  const summary: MetricSummary = {
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
  return { summary, byRound };
}

function summariseRatios(record: RunRecord, bootstrap: Bootstrap): RoundsOf<RatioSummary>[] {
  const pairs = pairsOf(record.runtimes).map(({ container, vm }) => ({ container: container.id, vm: vm.id }));
  return record.scenarios.flatMap((scenario) =>
    scenario.metrics.filter(isLeading).flatMap((metric) =>
      pairs.flatMap((pair) => {
        const { values } = roundRatios([record], scenario.id, metric, pair);
        if (values.length === 0) return [];
        const { value: ratio, interval, n } = estimateMedian(values, bootstrap);
        const marks = marksOf([record], [pair.container, pair.vm], metric.unit);
        const names = { scenario: scenario.id, metric: metric.id, ...pair };
        return [
          {
            summary: { ...names, n, ratio, ...(interval && { interval }), ...marks },
            byRound: new Map(values.entries()),
          },
        ];
      }),
    ),
  );
}

/**
 * Marks what drifts: of all figures of a runtime that tables show, headlines, rungs and parts; and of the ratios that
 * one of these runtimes has a side in.
 */
function withDrifts(
  record: RunRecord,
  metrics: readonly RoundsOf<MetricSummary>[],
  ratios: readonly RoundsOf<RatioSummary>[],
): Pick<Summary, 'metrics' | 'ratios'> {
  const shown = new Set(
    record.scenarios
      .flatMap(({ metrics: all }) => all.filter(({ role }) => role !== 'detail'))
      .map(({ id }) => id),
  );
  const groups = record.runtimes.map(({ id }) =>
    aligned(metrics.filter(({ summary }) => summary.runtime === id && shown.has(summary.metric))),
  );
  const found = findDrifts(groups, createRandom(record.plan.seed));
  const drifting = new Set(record.runtimes.filter((_, place) => found[place]).map(({ id }) => id));
  const marked = <Figure>({ summary, byRound }: RoundsOf<Figure>, isTested: boolean): Figure => {
    const drift = isTested ? directionOf([...byRound.values()]) : undefined;
    return drift === undefined ? summary : { ...summary, drift };
  };
  return {
    metrics: metrics.map((figure) => {
      const { runtime, metric } = figure.summary;
      return marked(figure, drifting.has(runtime) && shown.has(metric));
    }),
    ratios: ratios.map((figure) => {
      const { container, vm } = figure.summary;
      return marked(figure, drifting.has(container) || drifting.has(vm));
    }),
  };
}

/** The figures' values in every round that gave one of any of them; NaN in those that gave none of this one. */
function aligned(figures: readonly RoundsOf<MetricSummary>[]): number[][] {
  const rounds = [...new Set(figures.flatMap(({ byRound }) => [...byRound.keys()]))].sort((a, b) => a - b);
  return figures.map(({ byRound }) => rounds.map((round) => byRound.get(round) ?? NaN));
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
