import { readFileSync } from 'node:fs';
import { arch, platform, release } from 'node:os';
import { hypervisorText, type Hypervisor } from '../../../results/virtualization.ts';
import { parseDistribution } from '../../parse/host-facts.ts';
import { emulatedArchitectures } from '../user-emulation.ts';
import { readHypervisor } from '../hypervisor-readings.ts';
import { decideHypervisor, describeMachine } from '../hypervisor.ts';
import { isRoot, type Examiner, type Finding } from './check.ts';

const ARCHITECTURES = ['x64', 'arm64'];

export const linux: Examiner = {
  id: 'linux',
  title: 'Linux',
  needed: true,
  examine: () => linuxFinding(platform(), release()),
};

export function linuxFinding(system: string, kernel: string): Finding {
  if (system === 'linux') return { state: 'ok', found: kernel };
  return {
    state: 'missing',
    found: system,
    reason: 'containers are a thing of the Linux kernel',
    fix: 'run twinboot on a Linux host or in a Linux virtual machine; compare and report work here',
  };
}

export const distribution: Examiner = {
  id: 'distribution',
  title: 'distribution',
  examine: () => ({ state: 'ok', found: parseDistribution(readFileSync('/etc/os-release', 'utf8')) }),
};

export const architecture: Examiner = {
  id: 'architecture',
  title: 'architecture',
  needed: true,
  stops: ['vm'],
  examine: () => architectureFinding(arch()),
};

export function architectureFinding(name: string): Finding {
  if (ARCHITECTURES.includes(name)) return { state: 'ok', found: name };
  return {
    state: 'missing',
    found: name,
    reason: `twinboot knows the virtual machines of ${ARCHITECTURES.join(' and ')}`,
    fix: 'use a host of one of these',
  };
}

export const otherArchitectures: Examiner = {
  id: 'other-architectures',
  title: 'other architectures',
  examine: () => otherArchitecturesFinding(emulatedArchitectures()),
};

/** `emulated`: whose programs this host's kernel hands to an emulator. None is no fault: few need one. */
export function otherArchitecturesFinding(emulated: readonly string[]): Finding {
  if (emulated.length > 0) return { state: 'ok', found: `emulated: ${emulated.join(', ')}` };
  return {
    state: 'ok',
    found: 'none',
    reason:
      'images of another architecture are neither built nor booted here without an emulator (binfmt_misc)',
  };
}

export const hypervisor: Examiner = {
  id: 'virtualization',
  title: 'virtualisation below',
  examine: async ({ runner }) => {
    const readings = await readHypervisor(runner);
    return hypervisorFinding(decideHypervisor(readings), describeMachine(readings.dmi));
  },
};

/** What this host is. `found`: `virtual machine: kvm (Amazon EC2 m5.large)`. */
export function hypervisorFinding(found: Hypervisor | undefined, machine?: string): Finding {
  const made = machine === undefined ? '' : ` (${machine})`;
  if (found === undefined) {
    return {
      state: 'warning',
      found: `unknown${made}`,
      reason: 'nothing tells whether this host is a virtual machine',
      fix: 'install systemd-detect-virt (Debian: systemd), which knows most of them',
    };
  }
  if (found === 'none') return { state: 'ok', found: `none: a machine of its own${made}` };
  const what = `virtual machine: ${hypervisorText(found)}${made}`;
  if (found !== 'tcg')
    return { state: 'ok', found: what, reason: 'times of VMs under KVM are marked as nested' };
  return { ...emulatedHost, found: what };
}

/** What is said of a host that runs under emulation. */
export const emulatedHost = {
  state: 'warning',
  reason: 'times measured here mean nothing, memory and counts hold',
  fix: 'measure times on a physical machine, or in a virtual machine that is not emulated',
} as const satisfies Omit<Finding, 'found'>;

export const root: Examiner = {
  id: 'root',
  title: 'root',
  needed: true,
  examine: () =>
    isRoot()
      ? { state: 'ok', found: 'yes' }
      : {
          state: 'missing',
          found: `user id ${process.getuid?.() ?? 'unknown'}`,
          reason: 'mounts, control groups and loop devices are made by root',
          fix: 'run it with sudo, or as root',
        },
};
