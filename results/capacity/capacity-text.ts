import { formatBytes, formatWhole } from '../../core/units.ts';
import { formatCount, formatFactor, formatFactorRange, NOTHING } from '../../core/words.ts';
import { markedSubject } from '../marks.ts';
import type { Estimate, CapacityPlan, PlanRatio } from './capacity-plan.ts';

/** `181-fold`, `1.50-fold` */
export function foldText(factor: number): string {
  return `${factor >= 100 ? formatWhole(factor) : formatFactor(factor)}-fold`;
}

/** `[12.4 MiB, 16.5 MiB]`; `NOTHING` where there is none. */
export function rangeText({ interval }: Estimate, text: (value: number) => string): string {
  if (interval === undefined) return NOTHING;
  return `[${text(interval.low)}, ${interval.high === undefined ? 'no end' : text(interval.high)}]`;
}

/** `nspawn: 20.6 times [20.4, 20.9] as many instances per host as qemu *` */
export function ratioSentence({ container, vm, emulated, found, reason }: PlanRatio): string {
  const than = markedSubject(vm, { emulated });
  if (found === undefined) return `${container} against ${than}: no factor, ${reason ?? ''}`;
  const range = formatFactorRange(found.interval, found.ratio);
  return `${container}: ${formatFactor(found.ratio)} times ${range} as many instances per host as ${than}`;
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
  const { reserveBytes, workloadMemoryBytes, instances } = plan.question;
  const wanted =
    instances === undefined
      ? ''
      : `; ${formatWhole(instances)} ${instances === 1 ? 'instance' : 'instances'} wanted`;
  const work =
    workloadMemoryBytes === 0
      ? 'nothing for the work of instances: they idle'
      : `${formatBytes(workloadMemoryBytes)} for the work of each instance`;
  return `a host with ${hostText(plan)}, ${formatBytes(reserveBytes)} of it in reserve; ${work}${wanted}`;
}

/** How the figures came about, for the foot of a table or page. */
export function methodText({
  question: { basis },
  runtimes,
}: Pick<CapacityPlan, 'question' | 'runtimes'>): string[] {
  return [
    basis === 'charge'
      ? 'Cost: the charge of the control groups of all instances, which is what limits apply to.'
      : 'Cost: the fall of the host’s MemAvailable, which is what the host has less.',
    'One more: Theil–Sen slope over the steps, with its 95 % interval (Sen 1968), which the ranges of the plan come from.',
    'The interval knows how steps lie off the line and how instances differ, not how hosts do.',
    'Instances per host: the most N with once + (one more + workload) · N within the memory less the reserve.',
    'Instances were idle when they were measured: what they take for work is the workload memory, and theirs alone.',
    ...(runtimes.some(({ kind }) => kind === 'vm')
      ? [
          'A VM keeps what its guest once touched: over time it may grow to its whole memory, if nothing takes that back.',
        ]
      : []),
  ];
}

/** What an instance is taken to cost, for a sentence on instances. */
export const basisText: Record<CapacityPlan['question']['basis'], string> = {
  charge: 'by the charge of their control groups',
  'host-delta': 'by the fall of MemAvailable',
};
