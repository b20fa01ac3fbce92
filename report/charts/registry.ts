import type { ReportModel } from '../model/report.ts';
import { bootUnits } from './boot-units.ts';
import { callSurface } from './call-surface.ts';
import { costExposure } from './cost-exposure.ts';
import { densityGrowth } from './density-growth.ts';
import { densityMeasures } from './density-measures.ts';
import { densityParts } from './density-parts.ts';
import { densityReady } from './density-ready.ts';
import { distribution } from './distribution.ts';
import { memoryTotal } from './memory-total.ts';
import { memoryWaterfall } from './memory-waterfall.ts';
import { minimumMemoryTrials } from './minimum-memory-trials.ts';
import { overRounds } from './over-rounds.ts';
import { servicesPss } from './services-pss.ts';
import type { Figure } from './spec.ts';
import { startupLadder } from './startup-ladder.ts';
import { startupPhases } from './startup-phases.ts';
import { stormThroughput } from './storm-throughput.ts';

/** Every kind of chart, in the order of the page. One that has nothing to show gives no figure. */
const charts: ((model: ReportModel) => Figure | Figure[] | undefined)[] = [
  ({ ladders }) => ladders.map(startupLadder),
  ({ ladders }) => ladders.map(startupPhases),
  ({ bootUnits: found }) => found.map(bootUnits),
  ({ distributions }) => distributions.map(distribution),
  ({ drifting }) => drifting.map(overRounds),
  ({ waterfalls }) => waterfalls.map(memoryTotal),
  ({ waterfalls }) => waterfalls.map(memoryWaterfall),
  ({ ledger }) => ledger && servicesPss(ledger),
  ({ costExposure: found }) => found && costExposure(found),
  ({ callSurface: found }) => found && callSurface(found),
  ({ fleet }) => densityGrowth(fleet.density),
  ({ fleet }) => densityMeasures(fleet.density),
  ({ fleet }) => densityParts(fleet.density),
  ({ fleet }) => densityReady(fleet.density),
  ({ fleet }) => stormThroughput(fleet.storm),
  ({ fleet }) => minimumMemoryTrials(fleet.minimumMemory),
];

export function figuresOf(model: ReportModel): Figure[] {
  return charts.flatMap((chart) => chart(model) ?? []);
}
