import { chown, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { cgroupNamed, createCgroup, type Cgroup } from '../process/cgroup.ts';
import { processesIn } from '../process/cgroup-tree.ts';

/**
 * `payload` becomes the root of the container's control groups; `supervisor`, where there is one, is for its parent.
 */
export interface ContainerGroups {
  payload: Cgroup;
  supervisor?: Cgroup;
}

/**
 * Where v2 has controllers, a group that hands them down may hold no process of its own (cgroup-v2.rst, "No Internal
 * Process Constraint"): a container's init moves out of its root group by itself, and its parent must be moved out of
 * it. Elsewhere the boot's own group serves for both. With `owner`, the host's id of the container's root, the v2 group
 * is handed to it: these files and no limits (cgroup-v2.rst, "Model of Delegation").
 */
export async function makeContainerGroups(group: Cgroup, owner?: number): Promise<ContainerGroups> {
  const supervisor = makeManagerGroup(group);
  const payload = supervisor === undefined ? group : makeChild(group, 'payload');
  if (owner !== undefined) {
    for (const file of ['.', 'cgroup.procs', 'cgroup.subtree_control', 'cgroup.threads'])
      await chown(join(unifiedFolder(payload), file), owner, owner);
  }
  return { payload, ...(supervisor && { supervisor }) };
}

/**
 * The group that a manager starts in which makes its container's group itself, beside its own: where v2 has
 * controllers, the boot's own group must stay without processes, or what is made below it is no valid domain
 * ("Structure needs cleaning", EUCLEAN). Elsewhere `undefined`: the boot's own group serves.
 */
export function makeManagerGroup(group: Cgroup): Cgroup | undefined {
  return group.layout.v2Controllers.length === 0 ? undefined : makeChild(group, 'supervisor');
}

function makeChild(group: Cgroup, name: string): Cgroup {
  const child = cgroupNamed(group.layout, `${group.name}/${name}`);
  createCgroup(child);
  return child;
}

const FORK_DEADLINE_MS = 1000;

/**
 * Moves the parent of a container's init to the supervisor's group as soon as the init exists, which starts where its
 * parent is. Before the init enables its first controller, some 30 ms later.
 */
export async function leavePayload(
  { payload, supervisor }: ContainerGroups,
  parentPid: number,
): Promise<void> {
  if (supervisor === undefined) return;
  for (let waitedMs = 0; waitedMs < FORK_DEADLINE_MS; waitedMs += 1) {
    const inside = processesIn(unifiedFolder(payload));
    if (!inside.includes(parentPid)) return;
    if (inside.length > 1) {
      // It may have ended since; how is seen by its exit.
      const target = join(unifiedFolder(supervisor), 'cgroup.procs');
      await writeFile(target, String(parentPid)).catch(() => undefined);
      return;
    }
    await sleep(1);
  }
}

function unifiedFolder({ layout, name }: Cgroup): string {
  return join(layout.unified ?? '', name);
}
