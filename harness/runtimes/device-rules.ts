import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../core/package-root.ts';
import type { Cgroup } from '../process/cgroup.ts';
import type { ProcessRunner } from '../process/runner.ts';

/** The devices that every program may expect, and terminals; none reaches hardware. Names as below /dev. */
const plainNames: Readonly<Record<string, string>> = {
  '1:3': 'null',
  '1:5': 'zero',
  '1:7': 'full',
  '1:8': 'random',
  '1:9': 'urandom',
  '5:0': 'tty',
  '5:1': 'console',
  '5:2': 'ptmx',
  '136:*': 'pts/*',
};

/** The same as lines of `devices.allow` (cgroup-v1/devices.rst): what a container may make, read and write. */
export const containerDevices: readonly string[] = Object.keys(plainNames).map(
  (numbers) => `c ${numbers} rwm`,
);

/**
 * The tunnel device, as a line of `devices.allow`. systemd-nspawn makes a node of it in every container, as its own
 * device policy allows, and since 257 fails where it may not; crun(1) and runc allow it too.
 */
export const NET_TUN = 'c 10:200 rwm';

export const deviceNames: Readonly<Record<string, string>> = { ...plainNames, '10:200': 'net/tun' };

/**
 * Lets the processes of a group and of all groups below it use the devices of these rules alone: by the v1 controller
 * `devices`, or by a BPF program on the v2 group where there is none. perl makes the system calls, as it does for
 * id-mapped mounts. What could not be limited is seen by `readDeviceRules`.
 */
export async function limitDevices(
  runner: ProcessRunner,
  group: Cgroup,
  rules: readonly string[],
): Promise<void> {
  const { v1, unified } = group.layout;
  if (v1.devices !== undefined) {
    const folder = join(v1.devices, group.name);
    writeFileSync(join(folder, 'devices.deny'), 'a');
    for (const rule of rules) writeFileSync(join(folder, 'devices.allow'), rule);
  } else if (unified !== undefined) {
    await runner.run('perl', [program(), 'attach', join(unified, group.name), ...rules], {
      allowFailure: true,
    });
  }
}

/** What the kernel says of a group: its rules on v1; on v2 only how many programs judge it. */
export type DeviceRules = { rules: string[] } | { programs: number } | { unknown: string };

/** Reads what a group's processes may do with devices; never throws. */
export async function readDeviceRules(runner: ProcessRunner, group: Cgroup): Promise<DeviceRules> {
  const { v1, unified } = group.layout;
  try {
    if (v1.devices !== undefined) {
      const list = readFileSync(join(v1.devices, group.name, 'devices.list'), 'utf8');
      return { rules: list.split('\n').filter(Boolean) };
    }
    if (unified === undefined) return { unknown: 'this host has no control group that limits devices' };
    const counted = await runner.run('perl', [program(), 'count', join(unified, group.name)]);
    return { programs: Number(counted.stdout) };
  } catch (error) {
    return { unknown: error instanceof Error ? error.message : String(error) };
  }
}

function program(): string {
  return join(packageRoot(), 'harness/runtimes/device-rules.pl');
}
