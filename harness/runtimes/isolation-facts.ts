import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../../core/error.ts';
import type { RecordedIsolation } from '../../results/record.ts';
import { controllerFolder, type Cgroup } from '../process/cgroup.ts';
import type { ProcessRights } from '../parse/process-rights.ts';

/** A fact that cannot be read is absent, with its reason in `missing`. */
export function collectFacts(): {
  read: <T>(facts: readonly string[], what: () => T) => T | undefined;
  missing: NonNullable<RecordedIsolation['missing']>;
} {
  const missing: NonNullable<RecordedIsolation['missing']> = [];
  return {
    missing,
    read(facts, what) {
      try {
        return what();
      } catch (error) {
        missing.push(...facts.map((fact) => ({ fact, reason: messageOf(error) })));
        return undefined;
      }
    },
  };
}

/** What the kernel says of a process's rights; `own`: twinboot's. Absent what the kernel does not say. */
export function rightsFacts(
  rights: ProcessRights,
  own: ProcessRights,
): Pick<RecordedIsolation, 'hostUser' | 'capabilities' | 'heldCapabilities' | 'seccomp' | 'noNewPrivileges'> {
  const { user, seccomp, noNewPrivileges } = rights;
  return {
    ...(user !== undefined && { hostUser: user }),
    ...capabilityFacts(rights, own),
    ...(seccomp !== undefined && { seccomp }),
    ...(noNewPrivileges !== undefined && { noNewPrivileges }),
  };
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

/** Throws where the group has no such limit. */
export function readMaxTasks(group: Cgroup): number {
  const pids = controllerFolder(group, 'pids');
  if (pids === undefined) throw new Error('this host has no pids controller');
  const limit = readFileSync(join(pids.folder, 'pids.max'), 'utf8').trim();
  if (!/^\d+$/.test(limit)) throw new Error(`pids.max is ${limit}`);
  return Number(limit);
}
