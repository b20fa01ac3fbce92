import { plainLine } from '../../core/text.ts';
import { formatBytes, formatWhole } from '../../core/units.ts';
import { formatCount } from '../../core/words.ts';
import type { Density, Stop } from '../fleet/density.ts';
import type { MeasuredSeries, RuntimePlan } from './capacity-plan.ts';
import { foldText, percentText } from './capacity-text.ts';
import { largerRam } from './guest-memory.ts';
import { allSteps, type Measured } from './measured.ts';
import type { CompleteQuestion } from './question.ts';

/** What to know before believing a plan, most important first; each only where it applies. */
export function notesOn(
  plan: RuntimePlan,
  { series, memoryBytes }: Measured,
  question: CompleteQuestion,
): string[] {
  const notes = [
    plan.instances?.value === 0 ? 'not one instance fits' : undefined,
    extrapolation(plan, question),
    uncertainty(plan),
    emulation(plan),
    plan.kind === 'vm' ? guestMemory(plan, question) : memoryLimit(plan, memoryBytes),
    cpus(plan, question),
    ...limits(plan),
    ...measuring(series),
  ];
  return notes.filter((note) => note !== undefined);
}

function extrapolation(
  { measured, extrapolated, instances }: RuntimePlan,
  { instances: wanted = Infinity }: CompleteQuestion,
): string | undefined {
  if (measured === undefined || instances === undefined) return undefined;
  const { mostLive, straightness } = measured;
  const line = straightText(measured);
  if (extrapolated === undefined) {
    return straightness === undefined || straightness.upTo === mostLive ? undefined : line;
  }
  const fullest = formatWhole(Math.min(instances.value, wanted));
  return (
    `measured up to ${formatCount(mostLive, 'instance')}, and one host is to hold ${fullest}: extrapolated ` +
    `${foldText(extrapolated)}; ${line}`
  );
}

function straightText({ mostLive, straightness }: MeasuredSeries): string {
  if (straightness === undefined)
    return 'three numbers of instances at least would show whether the line is straight: it is assumed to be';
  const { upTo, offShare } = straightness;
  // Upwards: no step lies off by more than that.
  const off = `${percentText(Math.ceil(offShare * 1000) / 1000)} of what ${formatWhole(mostLive)} cost`;
  if (upTo === undefined) return `the line is not straight: a step lies off it by ${off}`;
  if (upTo < mostLive) {
    return (
      `the line was straight up to ${formatWhole(upTo)} alone, and further on a step lies off it by ${off}: measure as ` +
      'far as you plan'
    );
  }
  return `the line was straight up to ${formatWhole(upTo)} (no step lies off it by more than ${off}) and is assumed to stay so`;
}

function uncertainty({ measured, each, byMemory }: RuntimePlan): string | undefined {
  if (each?.interval === undefined) {
    return `${formatCount(measured?.steps ?? 0, 'step')} cannot give an interval of 95 %: five with different numbers of instances can`;
  }
  if (byMemory?.interval?.high !== undefined) return undefined;
  return 'at the lower end of its interval one more instance costs nothing: nothing bounds how many there can be';
}

function emulation({ emulated, each, withoutTranslationCache: less }: RuntimePlan): string | undefined {
  if (!emulated || each === undefined) return undefined;
  if (less === undefined) {
    return 'emulation makes a VM dearer: its cache of translated code is in these figures, and the record does not tell how much that is';
  }
  const cache = formatBytes(each.value - less.each.value);
  return (
    `emulation makes a VM dearer: ${cache} of one more are its cache of translated code, which none has under KVM. ` +
    'What stands less that cache is nearer to KVM, and still no KVM figure (docs/kvm.md)'
  );
}

function guestMemory({ guest }: RuntimePlan, question: CompleteQuestion): string {
  if (guest === undefined)
    return 'the record does not tell what guest RAM is free: all work is taken for new memory, some of it perhaps twice';
  const { ramBytes, usedBytes, freeTouchedBytes } = guest;
  const work = question.workloadMemoryBytes;
  const larger = largerRam(work, guest);
  const room = formatBytes(Math.max(0, ramBytes - usedBytes));
  return (
    `of ${formatBytes(ramBytes)} of guest RAM ${formatBytes(usedBytes)} are in use while it idles, and ` +
    `${formatBytes(freeTouchedBytes)} are free that the host has provided: work takes these first, and they are counted once; ` +
    (larger === undefined
      ? `work beyond ${room} takes a VM with more RAM, and is planned so`
      : `${formatBytes(work)} of work take a VM with ${formatBytes(larger)}, and are planned so`)
  );
}

function memoryLimit({ eachWithWork }: RuntimePlan, memoryBytes: number): string | undefined {
  if (eachWithWork === undefined || eachWithWork.value <= memoryBytes) return undefined;
  return `its memory limit in the run, ${formatBytes(memoryBytes)}, is too low for so much work: a higher one is assumed`;
}

function cpus({ byCpu, boundBy }: RuntimePlan, { hostCpus }: CompleteQuestion): string | undefined {
  if (hostCpus === undefined) return undefined;
  if (byCpu === undefined) return 'idle CPU was not measured, or as 0: CPUs are not looked at';
  if (boundBy?.kind !== 'cpu') return undefined;
  return `idling alone takes all ${formatCount(hostCpus, 'CPU')}: nothing is left for work, and memory is not what binds`;
}

function limits(plan: RuntimePlan): string[] {
  return plan.limits.map(({ title, where, needed, limit, tolerated }) => {
    const name = where === undefined ? title : `${where} (${title})`;
    const without = tolerated === undefined ? '' : `; beyond that, ${tolerated}`;
    return `needs ${name} ≥ ${formatWhole(needed)} on each host; the host of the run has ${formatWhole(limit)}${without}`;
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
