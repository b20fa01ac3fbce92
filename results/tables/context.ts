import { plainLine } from '../../core/text.ts';
import type { Metric, RunRecord, ScenarioDescription } from '../record.ts';
import type { MetricSummary, Summary } from '../summary.ts';
import { viewRuntimes, type RuntimeView } from './runtimes.ts';

/** What the parts of the model are made from. */
export interface Context {
  record: RunRecord;
  summary: Summary;
  runtimes: RuntimeView[];
  /** The summary of one metric of one runtime; `undefined` where the run did not measure it. */
  find(scenario: string, metric: string, runtime: string): MetricSummary | undefined;
}

export function createContext(record: RunRecord, summary: Summary): Context {
  const key = (...words: string[]): string => JSON.stringify(words);
  const byKey = new Map(
    summary.metrics.map((found) => [key(found.scenario, found.metric, found.runtime), found]),
  );
  return {
    record,
    summary,
    runtimes: viewRuntimes(record),
    find: (scenario, metric, runtime) => byKey.get(key(scenario, metric, runtime)),
  };
}

/** The points of a scenario's ladder, in the order of their declaration. */
export function rungsOf(scenario: ScenarioDescription): Metric[] {
  return scenario.metrics.filter((metric) => metric.role === 'rung');
}

/** The rung that stands for the whole ladder: `ready` where there is one, else the last. */
export function leadRung(scenario: ScenarioDescription): Metric | undefined {
  const rungs = rungsOf(scenario);
  return rungs.find((rung) => rung.id === `${scenario.id}.ready`) ?? rungs.at(-1);
}

/** What the headline table shows of a scenario: the lead rung, then its headline metrics. */
export function headlineMetrics(scenario: ScenarioDescription): Metric[] {
  const lead = leadRung(scenario);
  const headlines = scenario.metrics.filter((metric) => metric.role === 'headline');
  return lead === undefined ? headlines : [lead, ...headlines];
}

/** A metric's own title; of a rung with its scenario's, without which it is not understood. */
export function metricHeading(scenario: Pick<ScenarioDescription, 'title'>, { role, title }: Metric): string {
  return plainLine(role === 'rung' ? `${scenario.title}: time until ${title}` : title, 80);
}
