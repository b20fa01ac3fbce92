import { fake } from './fake.ts';
import { gvisor } from './gvisor.ts';
import { lxc } from './lxc.ts';
import { namespaces } from './namespaces.ts';
import { nspawn } from './nspawn.ts';
import { podman } from './podman.ts';
import { qemu } from './qemu.ts';
import { uml } from './uml.ts';
import { xen } from './xen.ts';
import type { Runtime } from './runtime.ts';

/** Every runtime, in the order in which they are listed. `fake` boots nothing: it is for twinboot's own tests. */
export const runtimes = { namespaces, nspawn, lxc, podman, gvisor, qemu, xen, uml, fake } as const;

const containers = [
  'namespaces',
  'namespaces:userns=on',
  'nspawn',
  'nspawn:userns=on',
  'lxc',
  'lxc:userns=on',
  'lxc:sys=rw',
  'podman',
];
const vms = [
  'qemu',
  'qemu:machine=pc',
  'qemu:machine=microvm',
  'qemu:boot=bios',
  'qemu:boot=uefi',
  'xen:type=pv',
  'xen',
  'uml',
];

/** Names for several runtimes at once; `default` is what `twinboot run` boots where it is not told otherwise. */
export const presets = {
  default: ['nspawn', 'qemu'],
  containers,
  vms,
  all: [...containers, ...vms],
  /** What instances share of each other's memory, and what it costs where they do not. */
  sharing: ['nspawn', 'nspawn:lower=own', 'qemu', 'qemu:ksm=on', 'qemu:balloon=on', 'qemu:thp=on'],
} as const;

/** The runtimes that people choose from. */
export function listedRuntimes(): Runtime[] {
  return Object.values(runtimes).filter((runtime) => runtime.id !== 'fake');
}
