import { valuesByRound } from '../samples.ts';
import type { Metric, RunRecord } from '../record.ts';

/** What one measured round gave. */
export interface Reading {
  /** 1-based. */
  round: number;
  /** In the metric's unit. */
  value: number;
}

/** The values of one metric in one runtime, in the order of the rounds; rounds without one are left out. */
export function readingsOf(record: RunRecord, scenario: string, metric: Metric, runtime: string): Reading[] {
  return [...valuesByRound(record, scenario, metric, runtime)].map(([round, value]) => ({ round, value }));
}
