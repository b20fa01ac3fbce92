import type { HostDescription } from './record.ts';

/**
 * What a host runs on, as new records say it. `none`: hardware. `tcg`: QEMU's emulation. `unknown`: a hypervisor that
 * nothing names.
 */
export const hypervisors = [
  'none',
  'kvm',
  'tcg',
  'xen',
  'vmware',
  'hyper-v',
  'virtualbox',
  'bhyve',
  'parallels',
  'bochs',
  'apple',
  'acrn',
  'qnx',
  'sre',
  'uml',
  'zvm',
  'powervm',
  'unknown',
] as const;
export type Hypervisor = (typeof hypervisors)[number];

/** The fields of a record's host that say what the host is. */
export type HostKind = Pick<HostDescription, 'virtualization' | 'machine'>;

const words: ReadonlySet<string> = new Set(hypervisors);

const isHypervisor = (text: string): text is Hypervisor => words.has(text);

/** `undefined` where the record does not say it in a word: older ones hold the maker's free text, or nothing. */
export function hypervisorOf({ virtualization }: HostKind): Hypervisor | undefined {
  return virtualization !== undefined && isHypervisor(virtualization) ? virtualization : undefined;
}

/** Whether every instruction of the host is emulated, so that a time on it is one of no real machine. */
export function isEmulatedHost(host: HostKind): boolean {
  return hypervisorOf(host) === 'tcg';
}

/** Whether the record says, in a word, that the host is a virtual machine. */
export function isVirtualHost(host: HostKind): boolean {
  const hypervisor = hypervisorOf(host);
  return hypervisor !== undefined && hypervisor !== 'none';
}

/** `kvm`, `tcg (emulated)`, `a hypervisor that does not say its name`; the free text of older records as it is. */
export function hypervisorText(virtualization: string): string {
  if (virtualization === 'tcg') return 'tcg (emulated)';
  return virtualization === 'unknown' ? 'a hypervisor that does not say its name' : virtualization;
}
