import { statfs } from 'node:fs/promises';
import { runError, type TwinbootError } from '../../core/error.ts';
import { formatBytes, GIB } from '../../core/units.ts';
import type { HostContext } from '../host/context.ts';
import type { Releasable } from '../process/leases.ts';

export const WRITABLE_FULL = 'writable-full';
const MOST_BYTES = 4 * GIB;
const PERIOD_MS = 1000;

/** How much an instance may write: 4 GiB, or half of what the disk has free when it starts, where that is less. */
export function writableLimit(freeBytes: number): number {
  return Math.min(MOST_BYTES, Math.floor(freeBytes / 2));
}

/** Bytes that the file system of a folder has free, and that the folder's own files take of it. */
export interface Disk {
  freeBytes(): Promise<number>;
  usedBytes(): Promise<number>;
}

/**
 * Calls `onFull` once when a folder has grown beyond its limit. The file system is asked once a second, which costs
 * microseconds; the folder's files are counted only when so much has become less free that they can be the reason. A
 * sized file system would be a hard limit, and would change what is measured (docs/architecture.md).
 */
export async function watchWritable(
  disk: Disk,
  onFull: (reason: TwinbootError) => void,
  periodMs = PERIOD_MS,
): Promise<Releasable> {
  const freeBytes = await disk.freeBytes();
  const limitBytes = writableLimit(freeBytes);
  let countBelowBytes = freeBytes - limitBytes;
  let looking = false;

  async function look(): Promise<void> {
    const nowBytes = await disk.freeBytes();
    if (nowBytes > countBelowBytes) return;
    const usedBytes = await disk.usedBytes();
    if (usedBytes >= limitBytes) {
      clearInterval(timer);
      onFull(writableFull(limitBytes));
    }
    // Somebody else has taken the rest: it can be full only when what it has left is gone as well.
    countBelowBytes = nowBytes - (limitBytes - usedBytes);
  }

  const timer = setInterval(() => {
    if (looking) return;
    looking = true;
    // A folder that cannot be looked at is on its way out.
    void look()
      .catch(() => undefined)
      .finally(() => (looking = false));
  }, periodMs);
  timer.unref();
  return {
    release() {
      clearInterval(timer);
      return Promise.resolve();
    },
  };
}

export function diskOf({ runner }: Pick<HostContext, 'runner'>, folder: string): Disk {
  return {
    async freeBytes() {
      const { bavail, bsize } = await statfs(folder);
      return bavail * bsize;
    },
    async usedBytes() {
      const counted = await runner.run('du', ['--summarize', '--one-file-system', '--block-size=1', folder], {
        allowFailure: true,
      });
      return Number(/^\d+/.exec(counted.stdout)?.[0] ?? 0);
    },
  };
}

function writableFull(limitBytes: number): TwinbootError {
  return runError(
    WRITABLE_FULL,
    `the instance was ended: it had written more than ${formatBytes(limitBytes)} to its disk`,
    { hint: 'the limit is 4 GiB, or half of what the disk of the work folder has free' },
  );
}
