import { chown, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { runError, messageOf } from '../../core/error.ts';
import type { HostContext } from '../host/context.ts';
import type { Lease } from '../process/cleanup.ts';

/**
 * A root file system that may be written to and is thrown away: an overlay on the lower layer. `owner`: the host's
 * id of the container's root. Its setuid files work, as they must inside: it lies below the work folder, which no user
 * of the host can enter.
 */
export async function mountOverlayRoot(
  context: HostContext,
  lower: string,
  folder: string,
  owner = 0,
): Promise<{ root: string; upper: string; lease: Lease }> {
  const [upper, work, root] = ['upper', 'work', 'root'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  for (const path of [upper, work, root]) await mkdir(path, { recursive: true });
  // The root of the overlay is the upper folder's: the container's root must own it.
  await chown(upper, owner, owner);
  const lease = context.cleanup.register({ kind: 'mount', path: root });
  const options = `nodev,lowerdir=${lower},upperdir=${upper},workdir=${work}`;
  await context.runner
    .run('mount', ['-t', 'overlay', 'overlay', '-o', options, root])
    .catch((error: unknown) => {
      throw runError('overlay-failed', `cannot mount an overlay in ${folder}: ${messageOf(error)}`, {
        hint: '/var/tmp must be a file system that can carry an overlay (ext4, xfs, btrfs; not itself an overlay)',
        cause: error,
      });
    });
  return { root, upper, lease };
}
