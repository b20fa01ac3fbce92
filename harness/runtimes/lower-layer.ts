import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { runError } from '../../core/error.ts';
import type { HostContext } from '../host/context.ts';
import type { CachedImage } from '../image/cache.ts';
import { mapIds } from './id-map.ts';
import type { Lease } from '../process/cleanup.ts';
import { releaseInReverse, releaseOnFailure, type Releasable } from '../process/leases.ts';

/**
 * The image's disk file, mounted read-only through a loop device: the lower layer of every container's root. Instances
 * that live at the same time share the one mount and its page cache; when the last one is gone it is unmounted, so that
 * the next boot reads its files from the host's cache of the disk file, as a VM does. With `idBase` the files belong to ids
 * from there on, by an id-mapped mount: nothing is copied or chowned.
 */
export interface LowerLayer {
  /** Mounts it for the first user; each user releases what it got. */
  acquire(): Promise<Releasable & { path: string }>;
}

const LOOP_ATTEMPTS = 5;

export function shareLowerLayer(context: HostContext, image: CachedImage, idBase?: number): LowerLayer {
  const path = join(context.workFolder, idBase === undefined ? 'lower' : 'lower-mapped');
  let users = 0;
  let mounted: Promise<readonly Releasable[]> | undefined;

  async function release(): Promise<void> {
    users -= 1;
    if (users > 0 || mounted === undefined) return;
    const leases = await mounted;
    mounted = undefined;
    await releaseInReverse(leases);
  }

  return {
    async acquire() {
      users += 1;
      mounted ??= mountImage(context, image.disk, path, idBase);
      try {
        await mounted;
      } catch (error) {
        users -= 1;
        mounted = undefined;
        throw error;
      }
      return { path, release };
    },
  };
}

async function mountImage(
  context: HostContext,
  disk: string,
  path: string,
  idBase: number | undefined,
): Promise<readonly Releasable[]> {
  await mkdir(path, { recursive: true });
  return releaseOnFailure(async (own, leases) => {
    const { device } = own(await attachLoop(context, disk));
    own(context.cleanup.register({ kind: 'mount', path }));
    // noload: a file system that was packed and never mounted has no journal to replay, and the device is read-only.
    await context.runner.run('mount', ['-t', 'ext4', '-o', 'ro,noload', device, path]);
    if (idBase !== undefined) await mapIds(context.runner, path, idBase);
    return leases;
  });
}

/** The device is chosen, registered, and only then attached; somebody else may take it in between. */
async function attachLoop(context: HostContext, disk: string): Promise<Lease & { device: string }> {
  for (let attempt = 0; attempt < LOOP_ATTEMPTS; attempt += 1) {
    const device = (await context.runner.run('losetup', ['--find'])).stdout.trim();
    const lease = context.cleanup.register({ kind: 'loop', device, backing: disk });
    const attached = await context.runner.run('losetup', ['--read-only', device, disk], {
      allowFailure: true,
    });
    if (attached.exitCode === 0) return { ...lease, device };
    // Whoever was quicker may have attached the very same file: that is no reason to detach theirs.
    lease.forget();
  }
  throw runError('no-loop-device', 'no free loop device could be attached', {
    hint: 'losetup -a lists who holds them; modprobe loop max_loop=64 makes more',
  });
}
