import { mkdir } from 'node:fs/promises';
import type { HostContext } from '../host/context.ts';

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
