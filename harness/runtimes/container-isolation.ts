import { readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../../core/error.ts';
import type { RecordedIsolation } from '../../results/record.ts';
import { controllerFolder, type Cgroup } from '../host/cgroup.ts';
import type { ProcessRunner } from '../process/runner.ts';
import { deviceNames, readDeviceRules, type DeviceRules } from './device-rules.ts';
import { readProcessRights, type ProcessRights } from './process-rights.ts';

/**
 * What separates a running container from the host, read from its init, from its control group and from its namespaces. What
 * cannot be read is absent, with the reason in `missing`; never throws.
 */
export async function readContainerIsolation(
  runner: ProcessRunner,
  group: Cgroup,
  pids: readonly number[],
): Promise<RecordedIsolation> {
  const missing: NonNullable<RecordedIsolation['missing']> = [];
  const read = <T>(facts: string[], what: () => T): T | undefined => {
    try {
      return what();
    } catch (error) {
      missing.push(...facts.map((fact) => ({ fact, reason: messageOf(error) })));
      return undefined;
    }
  };
  const init = read(['userNamespace', 'capabilities', 'seccomp'], () => findInit(pids));
  const userNamespace = init && read(['userNamespace'], () => hasOwnUserNamespace(init.pid));
  const maxTasks = read(['maxTasks'], () => readMaxTasks(group));
  const rules = await readDeviceRules(runner, group);
  const devices = read(['devices'], () => devicesText(rules));
  return {
    source: 'read',
    kernel: 'shared',
    ...(userNamespace !== undefined && { userNamespace }),
    ...(init !== undefined && capabilityFacts(init.rights, readProcessRights('self'))),
    ...(init?.rights.seccomp !== undefined && { seccomp: init.rights.seccomp }),
    ...(init?.rights.noNewPrivileges !== undefined && { noNewPrivileges: init.rights.noNewPrivileges }),
    ...(devices !== undefined && { devices }),
    ...(maxTasks !== undefined && { maxTasks }),
    ...(missing.length > 0 && { missing }),
  };
}

/** The process that is 1 in the outermost pid namespace below ours. */
function findInit(pids: readonly number[]): { pid: number; rights: ProcessRights } {
  const inits = pids.flatMap((pid) => {
    try {
      const rights = readProcessRights(pid);
      return rights.pids !== undefined && rights.pids.length > 1 && rights.pids.at(-1) === 1
        ? [{ pid, rights, depth: rights.pids.length }]
        : [];
    } catch {
      // It has ended since.
      return [];
    }
  });
  const [init] = inits.sort((one, other) => one.depth - other.depth);
  if (init === undefined) throw new Error('no process of the instance is process 1 of a pid namespace');
  return init;
}

function hasOwnUserNamespace(pid: number): boolean {
  return readlinkSync(`/proc/${pid}/ns/user`) !== readlinkSync('/proc/self/ns/user');
}

/** `all` where nothing was given up of what twinboot itself could have handed on. */
export function capabilityFacts(
  { bounding }: ProcessRights,
  own: ProcessRights,
): Pick<RecordedIsolation, 'capabilities' | 'heldCapabilities'> {
  if (bounding === undefined) return {};
  if (bounding.length === 0) return { capabilities: 'none', heldCapabilities: [] };
  const all = own.bounding?.every((name) => bounding.includes(name)) ?? false;
  return { capabilities: all ? 'all' : 'reduced', heldCapabilities: bounding };
}

/** Names as below /dev. Throws where the rules are not known. */
export function devicesText(rules: DeviceRules): string {
  if ('unknown' in rules) throw new Error(rules.unknown);
  if ('programs' in rules) {
    return rules.programs > 0 ? `${Object.values(deviceNames).join(', ')} (by a BPF program)` : 'all';
  }
  if (rules.rules.some((rule) => rule.startsWith('a '))) return 'all';
  const opened = rules.rules.flatMap((rule) => {
    const [type = '', numbers = '', access = ''] = rule.split(' ');
    if (!/[rw]/.test(access)) return [];
    return [(type === 'c' ? deviceNames[numbers] : undefined) ?? `${type} ${numbers}`];
  });
  return opened.length === 0 ? 'none' : opened.join(', ');
}

/** Throws where the group has no such limit. */
function readMaxTasks(group: Cgroup): number {
  const pids = controllerFolder(group, 'pids');
  if (pids === undefined) throw new Error('this host has no pids controller');
  const limit = readFileSync(join(pids.folder, 'pids.max'), 'utf8').trim();
  if (!/^\d+$/.test(limit)) throw new Error(`pids.max is ${limit}`);
  return Number(limit);
}
