import { plainLine } from '../../core/text.ts';
import { formatBytes, formatWhole } from '../../core/units.ts';
import { formatCount } from '../../core/words.ts';
import type { Density, Stop } from '../fleet/density.ts';
import type { RuntimePlan } from './capacity-plan.ts';
import { allSteps } from './measured.ts';
import type { CompleteQuestion } from './question.ts';
import { foldText } from './capacity-text.ts';

/** What to know before believing a plan, most important first; each only where it applies. */
export function notesOn(plan: RuntimePlan, series: readonly Density[], question: CompleteQuestion): string[] {
  const notes = [
    plan.instances?.value === 0 ? 'not one instance fits' : undefined,
    extrapolation(plan),
    uncertainty(plan),
    cpus(plan, question),
    ...limits(plan),
    ...measuring(series),
  ];
  return notes.filter((note) => note !== undefined);
}

function extrapolation({ measured, extrapolated, instances }: RuntimePlan): string | undefined {
  if (measured === undefined || extrapolated === undefined || instances === undefined) return undefined;
  return (
    `measured up to ${formatCount(measured.mostLive, 'instance')}, this plan says ${formatWhole(instances.value)}: extrapolated ` +
    `${foldText(extrapolated)}; the line is assumed to stay straight`
  );
}

function uncertainty({ measured, each, byMemory }: RuntimePlan): string | undefined {
  if (each?.interval === undefined) {
    return `${formatCount(measured?.steps ?? 0, 'step')} cannot give an interval of 95 %: five with different numbers of instances can`;
  }
  if (byMemory?.interval?.high !== undefined) return undefined;
  return 'at the lower end of its interval one more instance costs nothing: nothing bounds how many there can be';
}

function cpus({ byCpu, boundBy }: RuntimePlan, { hostCpus }: CompleteQuestion): string | undefined {
  if (hostCpus === undefined) return undefined;
  if (byCpu === undefined) return 'idle CPU was not measured, or as 0: CPUs are not looked at';
  if (boundBy !== 'cpu') return undefined;
  return `idling alone takes all ${formatCount(hostCpus, 'CPU')}: nothing is left for work, and memory is not what binds`;
}

function limits(plan: RuntimePlan): string[] {
  return plan.limits.map(({ title, where, needed, limit }) => {
    const name = where === undefined ? title : `${where} (${title})`;
    return `needs ${name} ≥ ${formatWhole(needed)} on each host; the host of the run has ${formatWhole(limit)}`;
  });
}

/** Ends of a series that a larger host may run into as well. */
const walls: ReadonlySet<Stop['reason']> = new Set(['load', 'processes', 'host-limit', 'failure']);

function measuring(series: readonly Density[]): string[] {
  const steps = allSteps(series);
  const unsettled = steps.filter(({ settled }) => !settled).length;
  const lost = series.reduce((sum, one) => sum + one.lost.length, 0);
  const ksm = Math.max(0, ...steps.map(({ ksmSavedBytes = 0 }) => ksmSavedBytes));
  const stops = series
    .filter(({ stop }) => walls.has(stop.reason))
    .map(({ stop }) => plainLine(stop.message));
  const notes = [
    ...[...new Set(stops)].map(
      (message) => `the measuring was ended by a limit of the host or a failure: ${message}`,
    ),
    lost > 0 && `${formatCount(lost, 'instance')} failed or ended while it was measured`,
    unsettled > 0 && `memory had not settled at ${unsettled} of ${formatCount(steps.length, 'step')}`,
    ksm > 0 && `KSM saved ${formatBytes(ksm)} on the host of the run: a host without it holds fewer`,
  ];
  return notes.filter((note) => note !== false);
}
