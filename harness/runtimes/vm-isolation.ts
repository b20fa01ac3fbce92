import { lstatSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { errnoOf } from '../../core/error.ts';
import type { RecordedIsolation } from '../../results/record.ts';
import type { Cgroup } from '../process/cgroup.ts';
import { collectFacts, readMaxTasks, rightsFacts } from './isolation-facts.ts';
import type { ProcessRights } from '../parse/process-rights.ts';
import { readProcessRights } from './process-rights.ts';

/**
 * What separates a running VM from the host once its monitor is taken over: read from all processes of the monitor.
 * What cannot be read is absent, with the reason in `missing`; never throws.
 */
export function readVmIsolation(group: Cgroup, pids: readonly number[]): RecordedIsolation {
  const { read, missing } = collectFacts();
  const rights = read(['hostUser', 'capabilities', 'seccomp'], () => weakestOf(rightsOfAll(pids)));
  const devices = read(['devices'], () => devicesBelow(`/proc/${pids[0] ?? 'none'}/root`));
  const maxTasks = read(['maxTasks'], () => readMaxTasks(group));
  return {
    source: 'read',
    kernel: 'own',
    userNamespace: false,
    ...(rights !== undefined && rightsFacts(rights, readProcessRights('self'))),
    ...(devices !== undefined && { devices }),
    ...(maxTasks !== undefined && { maxTasks }),
    ...(missing.length > 0 && { missing }),
  };
}

/** A process that ends while it is looked at has no rights left. */
function rightsOfAll(pids: readonly number[]): ProcessRights[] {
  return pids.flatMap((pid) => {
    try {
      return [readProcessRights(pid)];
    } catch (error) {
      if (['ENOENT', 'ESRCH'].includes(errnoOf(error) ?? '')) return [];
      throw error;
    }
  });
}

/** What any one of these processes may do: root where one is root, a filter where all have one. */
export function weakestOf([first, ...others]: readonly ProcessRights[]): ProcessRights {
  if (first === undefined) throw new Error('no process of the VM lives');
  return others.reduce((one, other) => {
    const union = (fact: 'effective' | 'bounding') =>
      one[fact] && other[fact] && { [fact]: [...new Set([...one[fact], ...other[fact]])] };
    const both = (fact: 'seccomp' | 'noNewPrivileges') =>
      one[fact] !== undefined && other[fact] !== undefined && { [fact]: one[fact] && other[fact] };
    return {
      ...(one.user !== undefined && other.user !== undefined && { user: Math.min(one.user, other.user) }),
      ...union('effective'),
      ...union('bounding'),
      ...both('seccomp'),
      ...both('noNewPrivileges'),
    };
  }, first);
}

/** Nodes below its own /dev; `all` for a process whose root is the host's. Throws where it has ended. */
export function devicesBelow(root: string): string {
  const [ofProcess, ofHost] = [statSync(root), statSync('/')];
  if (ofProcess.dev === ofHost.dev && ofProcess.ino === ofHost.ino) return 'all';
  const folder = join(root, 'dev');
  const nodes = readdirSync(folder).filter((name) => {
    const node = lstatSync(join(folder, name));
    return node.isCharacterDevice() || node.isBlockDevice();
  });
  return nodes.length === 0 ? 'none' : nodes.sort().join(', ');
}
