import { readFileSync } from 'node:fs';
import { arch, platform, release } from 'node:os';
import { parseDistribution } from '../facts.ts';
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
  needed: false,
  examine: () => ({ state: 'ok', found: parseDistribution(readFileSync('/etc/os-release', 'utf8')) }),
};

export const architecture: Examiner = {
  id: 'architecture',
  title: 'architecture',
  needed: true,
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
