import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { cgroupNamed, limitCgroup, makeCgroup, type Cgroup } from '../process/cgroup.ts';
import type { HostContext } from '../host/context.ts';
import type { Lease } from '../process/cleanup.ts';
import type { Limits } from './runtime.ts';

/** A folder of the boot's own for its throw-away files. */
export async function makeBootFolder(
  context: HostContext,
  bootId: string,
): Promise<{ folder: string; lease: Lease }> {
  const folder = join(context.workFolder, bootId);
  const lease = context.cleanup.register({ kind: 'path', path: folder });
  await mkdir(folder, { mode: 0o755 });
  return { folder, lease };
}

/** A control group of the boot's own, in every hierarchy: two instances in one group would kill each other's processes. */
export function makeBootCgroup(
  context: HostContext,
  bootId: string,
  limits?: Limits,
): { cgroup: Cgroup; lease: Lease } {
  const cgroup = cgroupNamed(context.cgroups, `twinboot-${bootId}`);
  const lease = makeCgroup(context.cleanup, cgroup);
  if (limits !== undefined) limitCgroup(cgroup, limits);
  return { cgroup, lease };
}
