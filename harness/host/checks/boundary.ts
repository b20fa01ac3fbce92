import { existsSync } from 'node:fs';
import { release } from 'node:os';
import { readIfThere } from '../../../core/read-if-there.ts';
import { readCgroupLayout, type CgroupLayout } from '../../process/cgroup.ts';
import type { KvmReport } from '../kvm.ts';
import type { Examiner, Finding } from './check.ts';

/** What of this host keeps a foreign image from it ([SECURITY.md](../../../SECURITY.md)). */
export interface Boundaries {
  /** Of containers: their root is nobody outside (user_namespaces(7)). */
  userNamespaces: boolean;
  /** Linux 5.12; without them the programs of a tree are not run, and containers have no user namespace. */
  idMappedMounts: boolean;
  /** Rules on device nodes, of the v1 controller or as a BPF program of v2 (cgroup-v2.rst, "Device controller"). */
  deviceRules: boolean;
  /** Filters on system calls (seccomp(2)), for QEMU's sandbox and for managers of containers. */
  seccomp: boolean;
  /** A KVM that runs a guest: QEMU's developers call a VM a boundary under it, and not under their emulation. */
  kvm: boolean;
}

const boundaries: Record<keyof Boundaries, { name: string; without: string }> = {
  userNamespaces: { name: 'user namespaces', without: 'root in a container is root of this host' },
  idMappedMounts: {
    name: 'id-mapped mounts',
    without: 'images with a tree are built with --boot first only',
  },
  deviceRules: { name: 'device rules', without: 'a container may make a node of any device' },
  seccomp: { name: 'seccomp', without: 'QEMU has no sandbox' },
  kvm: { name: 'KVM', without: 'an emulated VM is no boundary that QEMU answers for' },
};

/** `kvm`: what came of trying it. A device that runs no guest keeps nothing from the host. */
export function boundary(kvm: KvmReport): Examiner {
  return {
    id: 'boundary',
    title: 'boundaries',
    examine: () => boundaryFinding({ ...readBoundaries(), kvm: runsGuest(kvm) }),
  };
}

export function runsGuest({ guests = [] }: KvmReport): boolean {
  return guests.some(({ accelerator, ran }) => accelerator === 'kvm' && ran);
}

export function boundaryFinding(found: Boundaries): Finding {
  const all = Object.entries(boundaries) as [keyof Boundaries, (typeof boundaries)[keyof Boundaries]][];
  const missing = all.filter(([key]) => !found[key]).map(([, boundaryOf]) => boundaryOf);
  const there = all.filter(([key]) => found[key]).map(([, { name }]) => name);
  if (missing.length === 0) return { state: 'ok', found: there.join(', ') };
  return {
    state: 'warning',
    found: `without ${missing.map(({ name }) => name).join(', ')}`,
    reason: missing.map(({ name, without }) => `${name}: ${without}`).join('; '),
    fix: 'boot images of strangers on a host that may be lost, and see SECURITY.md',
  };
}

function readBoundaries(): Omit<Boundaries, 'kvm'> {
  return {
    userNamespaces: Number(readIfThere('/proc/sys/user/max_user_namespaces') ?? '') > 0,
    idMappedMounts: isAtLeast(release(), 5, 12),
    deviceRules: hasDeviceRules(readCgroupLayout(), readIfThere('/proc/kallsyms') ?? ''),
    seccomp: existsSync('/proc/sys/kernel/seccomp/actions_avail'),
  };
}

/** `6.12.48+deb13-amd64` is at least 5.12. */
export function isAtLeast(kernel: string, major: number, minor: number): boolean {
  const [ownMajor = 0, ownMinor = 0] = kernel.split(/[.-]/).map(Number);
  return ownMajor > major || (ownMajor === major && ownMinor >= minor);
}

/** `symbols`: /proc/kallsyms; a kernel without CONFIG_CGROUP_BPF takes no program for a group. */
export function hasDeviceRules({ v1, unified }: CgroupLayout, symbols: string): boolean {
  if ('devices' in v1) return true;
  return unified !== undefined && symbols.includes('cgroup_bpf_prog_attach');
}
