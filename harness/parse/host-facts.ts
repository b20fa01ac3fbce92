import { wholeLine } from '../../core/text.ts';

/** Pure parsers of the files that say what a host is. Each takes a file's text. */

/** `Debian GNU/Linux 12 (bookworm)` from os-release(5). */
export function parseDistribution(osRelease: string): string {
  const value = (name: string): string | undefined => {
    const line = osRelease.split(/\r?\n/).find((text) => text.startsWith(`${name}=`));
    const text = line === undefined ? '' : unquoted(line.slice(name.length + 1).trim());
    return text === '' ? undefined : text;
  };
  return value('PRETTY_NAME') ?? value('NAME') ?? value('ID') ?? 'unknown';
}

/** A value as a shell reads it: in double quotes a backslash takes the meaning of what follows (os-release(5)). */
function unquoted(text: string): string {
  const quote = /^(["']).*\1$/s.exec(text)?.[1];
  if (quote === undefined) return text;
  const inner = text.slice(1, -1);
  return quote === '"' ? inner.replace(/\\([$"`\\])/g, '$1') : inner;
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
  const value = (name: string): string | undefined => ofFirstCpu(cpuinfo, name);
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

function ofFirstCpu(cpuinfo: string, name: string): string | undefined {
  return wholeLine(`${name}[ \\t]*: *([^\\n]*)`).exec(cpuinfo)?.[1]?.trim().replace(/\s+/g, ' ');
}

/** The chosen word of a sysfs choice: `always [madvise] never` → `madvise`. */
export function parseChoice(text: string): string | undefined {
  return /\[([^[\]]+)\]/.exec(text)?.[1];
}

/** The microcode of the first CPU, `0x2b000590`, from /proc/cpuinfo (x86 only). */
export function parseMicrocode(cpuinfo: string): string | undefined {
  return ofFirstCpu(cpuinfo, 'microcode');
}

/** What a machine says it is made by (/sys/class/dmi/id). */
export interface Dmi {
  vendor?: string;
  product?: string;
}
