import { formatBytes, MIB } from '../../core/units.ts';
import { markTexts } from '../marks.ts';
import type { CapacityPlan, Estimate, RuntimePlan } from './capacity-plan.ts';

/**
 * A RuntimeClass of Kubernetes for each runtime, as YAML: what one more idle instance takes beside what its pod asks
 * for (https://kubernetes.io/docs/concepts/scheduling-eviction/pod-overhead/). Memory is the upper end of its interval,
 * CPU what idling takes.
 */
export function runtimeClasses({ runtimes }: Pick<CapacityPlan, 'runtimes'>): string {
  return runtimes.map(runtimeClass).join('\n---\n');
}

function runtimeClass(plan: RuntimePlan): string {
  const { runtime, each, instances, idle, reason, withoutTranslationCache: less } = plan;
  if (each === undefined || instances === undefined) return `# ${runtime}: no plan, ${reason ?? ''}`;
  const name = dnsLabel(runtime);
  const marks = markTexts({ ...plan, timeMarks: [] });
  return [
    `# ${[runtime, ...marks].join(', ')}`,
    ...(less === undefined
      ? []
      : [`# less the translation cache of emulation: memory: "${memoryText(less.each)}"`]),
    'apiVersion: node.k8s.io/v1',
    'kind: RuntimeClass',
    'metadata:',
    `  name: ${name}`,
    `handler: ${name} # the name that the nodes' CRI configuration has for it`,
    'overhead:',
    '  podFixed:',
    `    memory: "${memoryText(each)}" # ${rangeNote(each)}`,
    ...(idle === undefined ? [] : [`    cpu: "${cpuText(idle.msPerS)}" # ${cpuNote(idle)}`]),
  ].join('\n');
}

/** Upwards to whole MiB: `337Mi`. */
const memoryText = ({ value, interval }: Estimate): string =>
  `${Math.ceil((interval?.high ?? value) / MIB)}Mi`;

function rangeNote({ value, interval }: Estimate): string {
  return interval?.high === undefined
    ? `one more instance, ${formatBytes(value)}; too few steps for an interval`
    : `upper end of the 95 % interval of one more instance, ${formatBytes(value)}`;
}

/** A millisecond of CPU time a second is a thousandth of a CPU; less than one cannot be asked for. */
const cpuText = (msPerS: number): string => `${Math.max(1, Math.ceil(msPerS))}m`;

function cpuNote(idle: NonNullable<RuntimePlan['idle']>): string {
  return ['of one that idles', ...markTexts({ ...idle, emulated: false })].join('; ');
}

/** A name that Kubernetes takes (RFC 1123): `qemu:memory=256M` → `qemu-memory-256m`. */
function dnsLabel(text: string): string {
  const label = text
    .toLowerCase()
    .replace(/[^a-z0-9]+/gu, '-')
    .slice(0, 63)
    .replace(/^-+|-+$/gu, '');
  return label === '' ? 'instance' : label;
}
