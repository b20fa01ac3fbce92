import { plainLine } from '../../core/text.ts';
import { headlineMetrics, type Context } from '../../results/tables/context.ts';
import {
  mediansByMetric,
  mediansByRuntime,
  pairsOf,
  type ScenarioMetric,
} from '../../results/tables/medians.ts';
import type { Table } from '../../results/tables/table.ts';

/** Pairs are shown one by one up to here; beyond, every runtime has a line of one table. */
const MOST_PAIRS = 2;

/**
 * One table for each pair of a container with a VM; where there is no pair, one over all runtimes; where there are
 * many, one for each scenario with a line for each runtime.
 */
export function headlineTables(context: Context): Table[] {
  const { runtimes, record } = context;
  const pairs = pairsOf(runtimes);
  const byScenario = record.scenarios.map((scenario): ScenarioMetric[] =>
    headlineMetrics(scenario).map((metric) => ({ scenario, metric })),
  );
  if (runtimes.length === 0) return [];
  if (pairs.length === 0) return [mediansByMetric(context, byScenario.flat(), runtimes, [])];
  if (pairs.length <= MOST_PAIRS)
    return pairs.map((pair) => mediansByMetric(context, byScenario.flat(), pair, [pair]));
  return byScenario.flatMap((metrics) => {
    const [first] = metrics;
    if (first === undefined) return [];
    const title = plainLine(first.scenario.title, 40);
    const caption = `${title}: medians with 95 % intervals; the ratio of every pair is in ratios.csv`;
    return [mediansByRuntime(context, metrics, caption)];
  });
}
