import { usageError } from '../../core/error.ts';
import { nearest } from '../../core/suggest.ts';
import { starMatcher } from '../../core/glob.ts';
import type { Metric, RunRecord } from '../record.ts';

/** A metric and the scenario that asked for it. */
export interface SelectedMetric {
  scenario: string;
  metric: Metric;
}

/**
 * What is compared where nobody says otherwise: `startup.ready`, the rung that all others lead to, and the headlines
 * that have a direction. Fewer rows are surer rows, since each p is corrected over all of them. So the headlines that
 * say again what others say are left out: of `services.*` the structural differences name each service, without any
 * statistics, and `memory.total` holds their memory; `memory.host-delta` is a cross-check that moves with whatever
 * else the host does.
 */
export function isComparedByDefault({ scenario, metric }: SelectedMetric): boolean {
  if (metric.id === 'startup.ready') return true;
  if (metric.role !== 'headline' || metric.better === 'none') return false;
  return scenario !== 'services' && metric.id !== 'memory.host-delta';
}

/**
 * The metrics to compare, in the order of the records. `patterns`: ids, or parts of them with `*` for anything
 * (`startup.*`); none: the default. Throws the usage error `unknown-metric`.
 */
export function selectMetrics(
  declared: readonly SelectedMetric[],
  patterns: readonly string[],
): SelectedMetric[] {
  if (patterns.length === 0) return declared.filter(isComparedByDefault);
  const matchers = patterns.map((pattern) => {
    const isMeant = starMatcher(pattern);
    if (!declared.some(({ metric }) => isMeant(metric.id))) throw unknownMetric(pattern, declared);
    return isMeant;
  });
  return declared.filter(({ metric }) => matchers.some((isMeant) => isMeant(metric.id)));
}

/** What the records declare, each metric once. */
export function declaredMetrics(records: readonly RunRecord[]): SelectedMetric[] {
  const all = records.flatMap((record) =>
    record.scenarios.flatMap(({ id, metrics }) => metrics.map((metric) => ({ scenario: id, metric }))),
  );
  return [...new Map(all.map((entry) => [metricKey(entry), entry])).values()];
}

export function metricKey({ scenario, metric }: SelectedMetric): string {
  return JSON.stringify([scenario, metric.id]);
}

function unknownMetric(pattern: string, declared: readonly SelectedMetric[]) {
  const ids = declared.map(({ metric }) => metric.id);
  const guess = nearest(pattern, ids);
  return usageError('unknown-metric', `neither record has a metric "${pattern}"`, {
    hint: guess === undefined ? `known: ${ids.join(', ')}` : `did you mean ${guess}?`,
  });
}
