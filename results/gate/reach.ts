import { reachText, type RowSize } from '../compare/reach.ts';
import { declaredMetrics } from '../compare/select.ts';
import { candidatesOf } from '../compare/series.ts';
import type { RunRecord } from '../record.ts';
import { relativeMetrics } from './baseline-rules.ts';
import type { Gate } from './read-gate.ts';

export interface PlannedRun {
  /** Ids of its runtimes. */
  runtimes: readonly string[];
  /** How many values it will have of a metric: measured rounds, or series of a fleet. */
  valuesOf: (metric: string) => number;
}

/**
 * What the relative limits of a gate cannot find in a run, before anything boots: `reachText` over the rows that
 * will be compared. `baseline`: the record that the run will be held against, as far as can be known; without one, the
 * run is to be the first, and one of as many rounds is asked about. `undefined` where a change can be found, or none is
 * looked for.
 */
export function plannedReach(
  gate: Gate,
  plan: PlannedRun,
  baseline: RunRecord | undefined,
): string | undefined {
  const metrics = relativeMetrics(gate);
  if (metrics.length === 0) return undefined;
  const rows = baseline === undefined ? [] : rowsOf(baseline, metrics, plan);
  const planned = metrics.flatMap((metric) => {
    const values = plan.valuesOf(metric);
    return plan.runtimes.map(() => ({ base: values, next: values }));
  });
  return rows.length > 0 ? reachText(rows, gate.alpha) : reachText(planned, gate.alpha, true);
}

function rowsOf(
  baseline: RunRecord,
  metrics: readonly string[],
  { runtimes, valuesOf }: PlannedRun,
): RowSize[] {
  const side = { name: baseline.id, records: [baseline] as const };
  const compared = declaredMetrics(side.records).filter(({ metric }) => metrics.includes(metric.id));
  const common = baseline.runtimes.filter(({ id }) => runtimes.includes(id));
  return candidatesOf(side, side, compared, common)
    .filter(({ base }) => base.values.length > 0)
    .map(({ row, base }) => ({ base: base.values.length, next: valuesOf(row.metric) }));
}
