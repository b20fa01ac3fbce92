import { KIB } from '../../core/units.ts';

/** Pure parsers of the files that say what a host is. Each takes a file's text. */

/** `Debian GNU/Linux 12 (bookworm)` from os-release(5). */
export function parseDistribution(osRelease: string): string {
  const value = (name: string): string | undefined =>
    new RegExp(`^${name}=(["']?)(.*)\\1$`, 'm').exec(osRelease)?.[2];
  return value('PRETTY_NAME') ?? value('NAME') ?? value('ID') ?? 'unknown';
}

export interface CpuInfo {
  /** The vendor's name of the model; on ARM, which has none here, implementer and part number. */
  model: string;
  /** The CPU says that a hypervisor is below it (x86 only). */
  hypervisor: boolean;
  /** Intel VT-x or AMD-V is offered (x86 only). */
  virtualizationFlag?: 'vmx' | 'svm';
}

/** From /proc/cpuinfo (proc(5)); the first CPU speaks for all. */
export function parseCpuInfo(cpuinfo: string): CpuInfo {
  const value = (name: string): string | undefined =>
    new RegExp(`^${name}\\s*: *(.*)$`, 'm').exec(cpuinfo)?.[1]?.trim().replace(/\s+/g, ' ');
  const flags = new Set(value('flags')?.split(' '));
  const implementer = value('CPU implementer');
  const arm =
    implementer === undefined ? undefined : `ARM ${implementer} part ${value('CPU part') ?? 'unknown'}`;
  const offered = (['vmx', 'svm'] as const).find((flag) => flags.has(flag));
  return {
    model: value('model name') ?? value('Model') ?? arm ?? 'unknown',
    hypervisor: flags.has('hypervisor'),
    ...(offered === undefined ? {} : { virtualizationFlag: offered }),
  };
}

/** A line of /proc/meminfo in bytes; `undefined` where the kernel does not have it. */
export function parseMeminfo(meminfo: string, name: string): number | undefined {
  const kibibytes = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(meminfo)?.[1];
  return kibibytes === undefined ? undefined : Number(kibibytes) * KIB;
}

/** The chosen word of a sysfs choice: `always [madvise] never` → `madvise`. */
export function parseChoice(text: string): string | undefined {
  return /\[([^\]]+)\]/.exec(text)?.[1];
}

/** What a machine says it is made by (/sys/class/dmi/id). */
export interface Dmi {
  vendor?: string;
  product?: string;
}
