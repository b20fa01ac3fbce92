import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { TwinbootError } from '../../../core/error.ts';
import { GIB } from '../../../core/units.ts';
import { watchWritable, writableLimit } from '../../../harness/runtimes/writable-watch.ts';

/** A disk with 10 GiB free, of which the folder and others take what the test says. */
function diskWith() {
  const disk = { mine: 0, others: 0, looks: 0, counts: 0 };
  return Object.assign(disk, {
    freeBytes: () => {
      disk.looks += 1;
      return Promise.resolve(10 * GIB - disk.mine - disk.others);
    },
    usedBytes: () => {
      disk.counts += 1;
      return Promise.resolve(disk.mine);
    },
  });
}

async function looks(disk: { looks: number }, count: number): Promise<void> {
  for (const until = disk.looks + count; disk.looks < until;) await sleep(1);
  await sleep(1);
}

describe('what an instance may write', () => {
  it('is 4 GiB, or half of what is free', () => {
    expect(writableLimit(100 * GIB)).toBe(4 * GIB);
    expect(writableLimit(3 * GIB)).toBe(1.5 * GIB);
  });

  it('is not exceeded for long: it is ended, with the reason', async () => {
    const disk = diskWith();
    const reasons: TwinbootError[] = [];
    const watch = await watchWritable(disk, (reason) => reasons.push(reason), 1);
    disk.mine = 3 * GIB;
    await looks(disk, 3);
    expect([reasons, disk.counts]).toEqual([[], 0]);
    disk.mine = 4 * GIB;
    await looks(disk, 1);
    await sleep(20);
    await watch.release();
    expect(reasons).toEqual([
      expect.objectContaining({
        code: 'writable-full',
        message: 'the instance was ended: it had written more than 4.00 GiB to its disk',
      }),
    ]);
  });

  it('is not what others write: its files are counted once for that, and not at every look', async () => {
    const disk = diskWith();
    const reasons: TwinbootError[] = [];
    const watch = await watchWritable(disk, (reason) => reasons.push(reason), 1);
    disk.others = 5 * GIB;
    await looks(disk, 5);
    await watch.release();
    expect([reasons, disk.counts]).toEqual([[], 1]);
  });
});
