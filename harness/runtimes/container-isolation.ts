import { readlinkSync } from 'node:fs';
import type { RecordedIsolation } from '../../results/record.ts';
import type { Cgroup } from '../process/cgroup.ts';
import type { ProcessRunner } from '../process/runner.ts';
import { deviceNames, readDeviceRules, type DeviceRules } from './device-rules.ts';
import type { ProcessRights } from '../parse/process-rights.ts';
import { collectFacts, readMaxTasks, readProcessRights, rightsFacts } from './isolation-facts.ts';

/**
 * What separates a running container from the host, read from its init, from its control group and from its
 * namespaces. What cannot be read is absent, with the reason in `missing`; never throws.
 */
export async function readContainerIsolation(
  runner: ProcessRunner,
  group: Cgroup,
  pids: readonly number[],
  allowed: readonly string[],
): Promise<RecordedIsolation> {
  const { read, missing } = collectFacts();
  const init = read(['userNamespace', 'hostUser', 'capabilities', 'seccomp'], () => findInit(pids));
  const userNamespace = init && read(['userNamespace'], () => hasOwnUserNamespace(init.pid));
  const maxTasks = read(['maxTasks'], () => readMaxTasks(group));
  const rules = await readDeviceRules(runner, group);
  const devices = read(['devices'], () => devicesText(rules, allowed));
  return {
    source: 'read',
    kernel: 'shared',
    ...(userNamespace !== undefined && { userNamespace }),
    ...(init !== undefined && rightsFacts(init.rights, readProcessRights('self'))),
    ...(devices !== undefined && { devices }),
    ...(maxTasks !== undefined && { maxTasks }),
    ...(missing.length > 0 && { missing }),
  };
}

/** The process that is 1 in the outermost pid namespace below ours. Throws where there is none. */
export function findInit(pids: readonly number[]): { pid: number; rights: ProcessRights } {
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

/**
 * Names as below /dev. `allowed`: lines of `devices.allow`, those that a BPF program was made of, which does not say
 * them. Throws where the rules are not known.
 */
export function devicesText(rules: DeviceRules, allowed: readonly string[]): string {
  if ('unknown' in rules) throw new Error(rules.unknown);
  if ('programs' in rules) {
    return rules.programs > 0 ? `${openedBy(allowed)} (by a BPF program)` : 'all';
  }
  if (rules.rules.some((rule) => rule.startsWith('a '))) return 'all';
  return openedBy(rules.rules);
}

function openedBy(rules: readonly string[]): string {
  const opened = rules.flatMap((rule) => {
    const [type = '', numbers = '', access = ''] = rule.split(' ');
    if (!/[rw]/.test(access)) return [];
    return [(type === 'c' ? deviceNames[numbers] : undefined) ?? `${type} ${numbers}`];
  });
  return opened.length === 0 ? 'none' : opened.join(', ');
}
