import type { ReportModel } from '../model.ts';
import { distribution } from './distribution.ts';
import { memoryTotal } from './memory-total.ts';
import { memoryWaterfall } from './memory-waterfall.ts';
import { servicesPss } from './services-pss.ts';
import type { Figure } from './spec.ts';
import { startupLadder } from './startup-ladder.ts';
import { startupPhases } from './startup-phases.ts';

/** Every kind of chart, in the order of the page. One that has nothing to show gives no figure. */
const charts: ((model: ReportModel) => Figure | Figure[] | undefined)[] = [
  ({ ladders }) => ladders.map(startupLadder),
  ({ ladders }) => ladders.map(startupPhases),
  ({ distributions }) => distributions.map(distribution),
  ({ waterfalls }) => waterfalls.map(memoryTotal),
  ({ waterfalls }) => waterfalls.map(memoryWaterfall),
  ({ ledger }) => ledger && servicesPss(ledger),
];

export function figuresOf(model: ReportModel): Figure[] {
  return charts.flatMap((chart) => chart(model) ?? []);
}
