import { formatBytes, formatWhole } from '../../core/units.ts';
import { formatCount, formatFactor, formatFactorRange } from '../../core/words.ts';
import { markedSubject } from '../marks.ts';
import type { BreakEven, CapacityPlan, Estimate, PlanPair, PlanRatio } from './capacity-plan.ts';
import { hostPriceText } from './price.ts';

/** `181-fold`, `1.50-fold` */
export function foldText(factor: number): string {
  return `${factor >= 100 ? formatWhole(factor) : formatFactor(factor)}-fold`;
}

/** `10 %`, `0.4 %` */
export function percentText(share: number): string {
  const percent = share * 100;
  return `${percent >= 10 || Number.isInteger(percent) ? formatWhole(percent) : percent.toFixed(1)} %`;
}

/**
 * `[12.4 MiB, 16.5 MiB]`, or that there is none; nothing where both ends read as the value does: `445 [445, 445]` would
 * say no more than `445`.
 */
export function estimateRange({ value, interval }: Estimate, text: (value: number) => string): string {
  if (interval === undefined) return '(no interval)';
  const [low, high] = [text(interval.low), interval.high === undefined ? 'no end' : text(interval.high)];
  return low === high && low === text(value) ? '' : `[${low}, ${high}]`;
}

/** `445 [440, 451]`, `445 hosts [440, 451]` */
export function estimateText(estimate: Estimate, text: (value: number) => string, noun = ''): string {
  return [text(estimate.value), noun, estimateRange(estimate, text)].filter((part) => part !== '').join(' ');
}

/** What stands behind the name of an emulated VM that is taken without its translation cache. */
export const LESS_CACHE = 'less its translation cache';

/**
 * `nspawn: 20.6 times [20.4, 20.9] as many instances per host as qemu *; with 256 MiB of work 2.15 times [2.13, 2.18]`:
 * a line for each pair.
 */
export function ratioSentences({ ratios, furtherWorkloads = [] }: CapacityPlan): string[] {
  return ratios.map((ratio, index) => {
    const further = furtherWorkloads.flatMap(({ workloadMemoryBytes, ratios: others }) => {
      const factor = factorText(others[index]);
      return factor === undefined ? [] : [`with ${formatBytes(workloadMemoryBytes)} of work ${factor}`];
    });
    return [ratioSentence(ratio), ...further].join('; ');
  });
}

function ratioSentence(ratio: PlanRatio): string {
  const { container, reason } = ratio;
  const factor = factorText(ratio);
  if (factor === undefined) return `${container} against ${vmText(ratio)}: no factor, ${reason ?? ''}`;
  return `${container}: ${factor} as many instances per host as ${vmText(ratio)}`;
}

/** `20.6 times [20.4, 20.9]` */
function factorText(ratio: PlanRatio | undefined): string | undefined {
  if (ratio?.found === undefined) return undefined;
  const { ratio: value, interval } = ratio.found;
  return `${formatFactor(value)} times ${formatFactorRange(interval, value)}`;
}

/** `qemu *, less its translation cache` */
function vmText({ vm, emulated, withoutTranslationCache }: PlanPair): string {
  const name = markedSubject(vm, { emulated });
  return withoutTranslationCache === true ? `${name} ${LESS_CACHE}` : name;
}

/**
 * `break-even: qemu * takes at most 10 % more memory than nspawn from 4.07 GiB [3.98 GiB, 4.16 GiB] of work in each on`
 */
export function breakEvenSentence(
  breakEven: BreakEven,
  { breakEvenShare }: CapacityPlan['question'],
): string {
  const { container, workload } = breakEven;
  const from =
    workload.value === 0 && (workload.interval?.high ?? 0) === 0
      ? 'already while it idles'
      : `from ${estimateText(workload, formatBytes)} of work in each on`;
  return `break-even: ${vmText(breakEven)} takes at most ${percentText(breakEvenShare)} more memory than ${container} ${from}`;
}

/** `256 GiB and 64 CPUs` */
export function hostText({
  question: { hostMemoryBytes, hostCpus },
}: Pick<CapacityPlan, 'question'>): string {
  const cpus = hostCpus === undefined ? '' : ` and ${formatCount(hostCpus, 'CPU')}`;
  return `${formatBytes(hostMemoryBytes)}${cpus}`;
}

/** `a host with 256 GiB, 25.6 GiB of it in reserve; 128 MiB for the work of each instance` */
export function questionText(plan: CapacityPlan): string {
  const { reserveBytes, instances, spareHosts, maxPerHost, hostPrice } = plan.question;
  const parts = [
    `a host with ${hostText(plan)}, ${formatBytes(reserveBytes)} of it in reserve`,
    ...(hostPrice === undefined ? [] : [`${hostPriceText(hostPrice)} a month each`]),
    workText(plan),
    ...(instances === undefined
      ? []
      : [
          `${formatWhole(instances)} ${instances === 1 ? 'instance' : 'instances'} wanted` +
            (spareHosts === 0 ? '' : `, with ${formatCount(spareHosts, 'spare host')}`),
        ]),
    ...(maxPerHost === undefined ? [] : [`no more than ${formatWhole(maxPerHost)} on one host`]),
  ];
  return parts.join('; ');
}

function workText({ question: { workloadMemoryBytes }, furtherWorkloads }: CapacityPlan): string {
  if (furtherWorkloads !== undefined) return 'no workload named, so several are planned';
  return workloadMemoryBytes === 0
    ? 'nothing for the work of instances: they idle'
    : `${formatBytes(workloadMemoryBytes)} for the work of each instance`;
}

/** `idle instances`, `instances with 256 MiB of work each` */
export function workloadHeading(workloadMemoryBytes: number): string {
  return workloadMemoryBytes === 0
    ? 'idle instances'
    : `instances with ${formatBytes(workloadMemoryBytes)} of work each`;
}

/** How the figures came about, for the foot of a table or page. */
export function methodText(plan: CapacityPlan): string[] {
  const {
    question: { basis, instances, spareHosts, hostPrice },
    runtimes,
  } = plan;
  const hasVm = runtimes.some(({ kind }) => kind === 'vm');
  return [
    basis === 'charge'
      ? 'Cost: the charge of the control groups of all instances, which is what limits apply to.'
      : 'Cost: the fall of the host’s MemAvailable, which is what the host has less.',
    'One more: Theil–Sen slope over the steps, with its 95 % interval (Sen 1968), which the ranges of the plan come from. ' +
      'A range of which both ends read alike is left out.',
    'The interval knows how steps lie off the line and how instances differ, not how hosts do. How lines of other runs went ' +
      'on, up to 100 containers: docs/density.md.',
    'Instances per host: the most N with once + (one more + what work adds) · N within the memory less the reserve, and within ' +
      'the limits of the kernel: as they were on the host of the run, or raised where a sysctl can.',
    'Instances were idle when they were measured: what they take for work is the workload memory, and theirs alone.',
    ...(hasVm
      ? [
          'A VM keeps what its guest once touched: over time it may grow to all of its RAM. It then costs what it does with ' +
            'work that fills its RAM: plan with that workload to be safe.',
        ]
      : []),
    ...(plan.breakEvens.length > 0
      ? ['Break-even: by the memory of one more instance with its work; hosts follow it, rounded up.']
      : []),
    ...(instances !== undefined && spareHosts > 0
      ? [`Hosts: ${formatCount(spareHosts, 'spare host')} among them, so that as many may fail.`]
      : []),
    ...(hostPrice === undefined
      ? []
      : [
          instances === undefined
            ? 'Price: that of one host over all instances that it holds.'
            : 'Price: that of all hosts over the instances that are wanted, with what stays empty.',
        ]),
    'Instances have no network but 127.0.0.1: what one takes of the host (addresses, sockets, bandwidth) is in no figure.',
  ];
}

/** What an instance is taken to cost, for a sentence on instances. */
export const basisText: Record<CapacityPlan['question']['basis'], string> = {
  charge: 'by the charge of their control groups',
  'host-delta': 'by the fall of MemAvailable',
};
