import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { cgroupNamed, limitCgroup, makeCgroup, type Cgroup } from '../process/cgroup.ts';
import type { HostContext } from '../host/context.ts';
import type { Lease } from '../process/cleanup.ts';
import type { Limits } from './runtime.ts';

export async function makeBootFolder(
  context: HostContext,
  bootId: string,
): Promise<{ folder: string; lease: Lease }> {
  const folder = join(context.workFolder, bootId);
  const lease = context.cleanup.register({ kind: 'path', path: folder });
  await mkdir(folder, { mode: 0o755 });
  return { folder, lease };
}

/**
 * A control group of the boot's own, in every hierarchy: two instances in one group would kill each other's processes.
 */
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

/** Makes what a VM writes to in place of a raw disk file: a qcow2 in the boot's folder, which it gives. */
export async function makeDiskLayer(
  { runner }: Pick<HostContext, 'runner'>,
  folder: string,
  disk: string,
): Promise<string> {
  const layer = join(folder, 'disk.qcow2');
  await runner.run('qemu-img', ['create', '-q', '-f', 'qcow2', '-b', disk, '-F', 'raw', layer]);
  return layer;
}

/**
 * Makes the folder that an instance sees as /run/twinboot: a file system of its own in memory, 1 MiB small, on which
 * nothing runs and no device opens. Writing to it fills nothing of the host. `owner`: the host's id of the container's
 * root. Whoever calls it has registered the mounts of the boot's folder for removal.
 */
export async function mountChannelFolder(
  { runner }: Pick<HostContext, 'runner'>,
  folder: string,
  owner = 0,
): Promise<void> {
  await mkdir(folder, { mode: 0o755 });
  const options = `nosuid,nodev,noexec,size=1m,nr_inodes=64,mode=0755,uid=${owner},gid=${owner}`;
  await runner.run('mount', ['-t', 'tmpfs', '-o', options, 'twinboot', folder]);
}
