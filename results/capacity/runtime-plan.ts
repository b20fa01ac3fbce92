import { plainLine } from '../../core/text.ts';
import { formatBytes } from '../../core/units.ts';
import type { Density } from '../fleet/density.ts';
import type { Estimate, GuestMemory, MeasuredSeries, PlanFigures, RuntimePlan } from './capacity-plan.ts';
import { ceilingsOf } from './ceilings.ts';
import type { CostLines } from './cost-lines.ts';
import { eachEnd } from './estimate.ts';
import { addedByWork, guestMemoryOf } from './guest-memory.ts';
import { limitNeeds } from './limits.ts';
import { allSteps, hasTranslationCache, linesThrough, pointsOf, type Measured } from './measured.ts';
import { notesOn } from './notes.ts';
import { priceOf } from './price.ts';
import type { CompleteQuestion } from './question.ts';
import { straightnessOf } from './straightness.ts';

/** What a runtime takes on hosts of the kind asked for, or why that cannot be told. */
export function planRuntime(measured: Measured, question: CompleteQuestion): RuntimePlan {
  const { runtime, series, idleMsPerS, idleMarks, failure } = measured;
  const { basis } = question;
  const { id, kind, emulated } = runtime;
  const facts = { runtime: plainLine(id, 80), kind, emulated, limits: [], notes: [] };
  if (series.length === 0) {
    const why = failure === undefined ? '' : `: ${plainLine(failure)}`;
    return { ...facts, reason: `density was not measured${why}` };
  }
  const extent = extentOf(series);
  const lines = linesThrough(series, { basis });
  if (lines === undefined) {
    return { ...facts, measured: extent, reason: 'one step does not tell what one more instance costs' };
  }
  const { middle } = lines;
  if (middle.each <= 0) {
    const known = { each: costOfEach(lines), fixedBytes: middle.fixed };
    return { ...facts, ...known, measured: extent, reason: noCostText(lines) };
  }
  const guest = guestMemoryOf(measured);
  const straightness = straightnessOf(pointsOf(series, { basis }), middle);
  const figures = figuresOf(lines, measured, question, guest);
  const plan: RuntimePlan = {
    ...facts,
    measured: { ...extent, ...(straightness === undefined ? {} : { straightness }) },
    ...(guest === undefined ? {} : { guest }),
    ...(idleMsPerS === undefined ? {} : { idle: { ...idleMarks, msPerS: idleMsPerS } }),
    ...figures,
    ...(figures.byCpu === undefined ? {} : idleMarks),
    ...withoutCache(measured, question, guest),
    limits: limitNeeds(series, onFullestHost(figures, question)),
  };
  return { ...plan, notes: notesOn(plan, measured, question) };
}

function extentOf(series: readonly Density[]): MeasuredSeries {
  const steps = allSteps(series);
  return {
    series: series.length,
    steps: steps.length,
    mostLive: steps.reduce((most, { live }) => Math.max(most, live), 0),
  };
}

/** `lines`: one more costs something by the middle one. */
function figuresOf(
  lines: CostLines,
  measured: Measured,
  question: CompleteQuestion,
  guest: GuestMemory | undefined,
): PlanFigures {
  const added = addedByWork(question.workloadMemoryBytes, guest);
  const each = costOfEach(lines);
  const ceilings = ceilingsOf(lines, measured, question, added);
  const hosts = hostsFor(question, ceilings.instances);
  const { mostLive } = extentOf(measured.series);
  const fullest = onFullestHost(ceilings, question);
  return {
    each,
    fixedBytes: lines.middle.fixed,
    eachWithWork: eachEnd(each, (bytes) => bytes + added),
    ...ceilings,
    ...hosts,
    ...priceOf({ ...ceilings, ...hosts }, question),
    ...(fullest > mostLive ? { extrapolated: fullest / mostLive } : {}),
  };
}

/** The same of an emulated VM less its translation cache, where its steps tell it and something is left. */
function withoutCache(
  measured: Measured,
  question: CompleteQuestion,
  guest: GuestMemory | undefined,
): Pick<RuntimePlan, 'withoutTranslationCache'> {
  if (!hasTranslationCache(measured)) return {};
  const lines = linesThrough(measured.series, { basis: question.basis, withoutCache: true });
  if (lines === undefined || lines.middle.each <= 0) return {};
  return { withoutTranslationCache: figuresOf(lines, measured, question, guest) };
}

/** The most instances that come to live on one host: as many as it holds, or as are wanted. */
function onFullestHost(
  { instances }: Pick<PlanFigures, 'instances'>,
  { instances: wanted = Infinity }: CompleteQuestion,
): number {
  return Math.min(instances.value, wanted);
}

function costOfEach({ middle, ends }: CostLines): Estimate {
  if (ends === undefined) return { value: middle.each };
  return { value: middle.each, interval: { low: ends.cheap.each, high: ends.dear.each } };
}

function noCostText({ middle: { each } }: CostLines): string {
  return `by what was measured one more instance costs ${formatBytes(each)}: noise hides its cost, and more steps, or more instances, would tell it`;
}

/** Nothing where no number of instances is wanted, or where a host holds none. */
function hostsFor(
  { instances: wanted, spareHosts }: CompleteQuestion,
  { value, interval }: Estimate,
): Pick<PlanFigures, 'hosts'> {
  if (wanted === undefined || value === 0) return {};
  const hosts = (perHost: number): number => Math.max(1, Math.ceil(wanted / perHost)) + spareHosts;
  if (interval === undefined) return { hosts: { value: hosts(value) } };
  const low = hosts(interval.high ?? Infinity);
  return {
    hosts: {
      value: hosts(value),
      interval: interval.low === 0 ? { low } : { low, high: hosts(interval.low) },
    },
  };
}
