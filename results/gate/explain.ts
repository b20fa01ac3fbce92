import { blameFor } from '../compare/blame.ts';
import type { PooledSide } from '../compare/pool.ts';
import { ratioCause } from '../compare/ratio-cause.ts';
import { declaredMetrics, type SelectedMetric } from '../compare/select.ts';
import { ratioSeries, runtimeSeries } from '../compare/series.ts';
import type { RunRecord } from '../record.ts';
import { median } from '../statistics/quantile.ts';
import type { SubjectLimits } from './limit-rules.ts';
import type { GateFinding } from './verdict.ts';

/**
 * A limit that does not hold, with what the baseline tells of why: what of the boot took longer, or which side of a
 * ratio moved. As it is where it holds, or where there is no baseline.
 */
export function explained(
  row: GateFinding,
  { metric, subject, kind }: SubjectLimits,
  record: RunRecord,
  baseline: PooledSide | undefined,
): GateFinding {
  if (baseline === undefined || row.verdict !== 'fail') return row;
  const declared = declaredMetrics([record]).find((one) => one.metric.id === metric);
  const [first = '', second = ''] = subject.runtimes;
  if (declared === undefined) return row;
  const next: PooledSide = { name: record.id, records: [record] };
  if (kind === 'runtime') {
    const blame = blameFor(baseline, next, { scenario: declared.scenario, metric, runtime: first });
    return blame === undefined ? row : { ...row, blame };
  }
  const reason = causeOf(baseline, next, declared, { vm: first, container: second });
  return reason === undefined || row.reason !== undefined ? row : { ...row, reason };
}

function causeOf(
  base: PooledSide,
  next: PooledSide,
  { scenario, metric }: SelectedMetric,
  pair: { vm: string; container: string },
): string | undefined {
  const times = (valuesOf: (side: PooledSide) => number[]): number =>
    (median(valuesOf(next)) ?? NaN) / (median(valuesOf(base)) ?? NaN);
  const side = (id: string) => ({
    id,
    times: times((of) => runtimeSeries(of, scenario, metric, id).values),
  });
  const ofRatio = times((of) => ratioSeries(of, scenario, metric, pair).values);
  return ratioCause(ofRatio, { vm: side(pair.vm), container: side(pair.container) }, metric.better);
}
