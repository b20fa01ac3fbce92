import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { inTurn } from '../../core/in-turn.ts';
import { runError } from '../../core/error.ts';
import type { HostContext } from '../host/context.ts';
import type { CachedImage } from '../image/cache.ts';
import { mapIds } from './user-namespace.ts';
import type { Lease } from '../process/cleanup.ts';
import { releaseInReverse, releaseOnFailure, type Releasable } from '../process/leases.ts';

export const lowerOption = z
  .enum(['shared', 'own', 'kept'])
  .default('shared')
  .describe(
    'the image’s file system: one mount and page cache for all that live at once, each its own, or one that is kept from boot to boot',
  );
export type LowerSharing = z.infer<typeof lowerOption>;

/**
 * The image's disk file, mounted read-only through a loop device: the lower layer of a container's root. With `idBase`
 * the files belong to ids from there on, by an id-mapped mount: nothing is copied or chowned.
 */
export interface LowerLayer {
  /** Mounts it for a boot with this folder, where it is not mounted already; each user releases what it got. */
  acquire(bootFolder: string): Promise<MountedLayer>;
  /** Gives back what is kept beyond the last user. */
  release(): Promise<void>;
}

export type MountedLayer = Releasable & { path: string };

export function createLowerLayer(
  sharing: LowerSharing,
  context: HostContext,
  image: CachedImage,
  idBase?: number,
): LowerLayer {
  const create = { own: ownLowerLayer, shared: sharedLowerLayer, kept: keptLowerLayer }[sharing];
  return create(context, image, idBase);
}

const nothingKept = { release: () => Promise.resolve() };

function sharedLowerLayer(context: HostContext, image: CachedImage, idBase?: number): LowerLayer {
  const path = join(context.workFolder, idBase === undefined ? 'lower' : 'lower-mapped');
  return { ...mountWhileUsed(context, image, path, idBase), ...nothingKept };
}

/**
 * Stays mounted from the first boot to the end of the run: an instance finds in the page cache what an earlier one has
 * read, and is not charged for it, as a VM is not charged for what the host has cached of its kernel and its disk.
 */
function keptLowerLayer(context: HostContext, image: CachedImage, idBase?: number): LowerLayer {
  // Another runtime of the run may keep its own.
  const layer = mountWhileUsed(context, image, join(context.workFolder, `lower-${randomUUID()}`), idBase);
  let kept: Promise<MountedLayer> | undefined;
  return {
    async acquire() {
      const mounted = await layer.acquire();
      kept ??= layer.acquire();
      return mounted;
    },
    async release() {
      await (await kept)?.release();
      kept = undefined;
    },
  };
}

/**
 * Instances that live at the same time share the one mount and its page cache; when the last one is gone it is
 * unmounted, so that the next boot reads its files from the host's cache of the disk file, as a VM does.
 */
function mountWhileUsed(
  context: HostContext,
  image: CachedImage,
  path: string,
  idBase?: number,
): { acquire(): Promise<MountedLayer> } {
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

/**
 * Each instance mounts the disk file through a loop device of its own, and so has a page cache of its own: what a fleet
 * pays that shares nothing but the host's cache of the disk file, as VMs do.
 */
function ownLowerLayer(context: HostContext, image: CachedImage, idBase?: number): LowerLayer {
  return {
    async acquire(bootFolder) {
      const path = join(bootFolder, 'lower');
      const leases = await mountImage(context, image.disk, path, idBase);
      return { path, release: () => releaseInReverse(leases) };
    },
    ...nothingKept,
  };
}

/**
 * noload: a file system that was packed and never mounted has no journal to replay, and the device is read-only.
 * nosuid and nodev hold for the host alone: the overlay on it asks its own mount what its files may do.
 */
const LOWER_OPTIONS = 'ro,noload,nosuid,nodev';

/**
 * Attaches the disk file to a free loop device and mounts it read-only there; gives what is to be released, in order.
 */
export async function mountImage(
  context: HostContext,
  disk: string,
  path: string,
  idBase?: number,
): Promise<readonly Releasable[]> {
  await mkdir(path, { recursive: true });
  return releaseOnFailure(async (own, leases) => {
    const { device } = own(await attachLoop(context, disk));
    own(context.cleanup.register({ kind: 'mount', path }));
    await context.runner.run('mount', ['-t', 'ext4', '-o', LOWER_OPTIONS, device, path]);
    if (idBase !== undefined) await mapIds(context.runner, path, idBase);
    return leases;
  });
}

const LOOP_ATTEMPTS = 5;

/** Of this process one at a time: each would be told of the same free device. */
const attachLoop = inTurn(attachFreeLoop);

/** The device is chosen, registered, and only then attached; somebody else may take it in between. */
async function attachFreeLoop(context: HostContext, disk: string): Promise<Lease & { device: string }> {
  for (let attempt = 0; attempt < LOOP_ATTEMPTS; attempt += 1) {
    const device = await findFreeLoop(context);
    const lease = context.cleanup.register({ kind: 'loop', device, backing: disk });
    const attached = await context.runner.run('losetup', ['--read-only', device, disk], {
      allowFailure: true,
    });
    if (attached.exitCode === 0) return { ...lease, device };
    // Whoever was quicker may have attached the very same file: that is no reason to detach theirs.
    lease.forget();
  }
  throw noLoopDevice('no free loop device could be attached', 'losetup -a lists who holds them');
}

/** The kernel makes a further device where all are taken (loop(4), LOOP_CTL_GET_FREE). */
async function findFreeLoop({ runner }: HostContext): Promise<string> {
  const found = await runner.run('losetup', ['--find'], { allowFailure: true });
  if (found.exitCode !== 0) {
    throw noLoopDevice(
      `this host has no free loop device: ${found.stderr.trim()}`,
      'modprobe loop; in a container, give it /dev/loop-control and the loop devices of the host',
    );
  }
  const device = found.stdout.trim();
  if (existsSync(device)) return device;
  // Only a devtmpfs shows new devices by itself.
  const number = /\d+$/.exec(device)?.[0] ?? 'N';
  throw noLoopDevice(`${device} is free, and /dev has no file for it`, `mknod ${device} b 7 ${number}`);
}

function noLoopDevice(message: string, hint: string): Error {
  return runError('no-loop-device', message, { hint });
}
