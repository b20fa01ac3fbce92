import { createHash } from 'node:crypto';
import { linkSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { errnoOf, runError } from '../../core/error.ts';
import { jsonAs } from '../../core/parse-json.ts';
import { textIfThere } from '../../core/read-if-there.ts';
import { openStateFolder } from '../process/cleanup.ts';
import { isAlive, ownIdentity, processIdentitySchema } from '../process/identity.ts';

const POLL_MS = 100;

/**
 * Runs `work` while no other process works on the same folder; waits until it is so. The lock only spares a second
 * build: that an image is never half there is the rename's doing. A lock whose holder is dead is taken over.
 * Errors: `interrupted` (run).
 */
export async function whileBuilding<T>(
  folder: string,
  options: { signal: AbortSignal; onWait(pid: number): void },
  work: () => Promise<T>,
): Promise<T> {
  // Below the state folder, which a reboot empties: the cache would keep a dead builder's lock for ever.
  const lock = join(
    openStateFolder(),
    `image-${createHash('sha256').update(folder).digest('hex').slice(0, 16)}.lock`,
  );
  let announced = false;
  while (!tryTake(lock)) {
    const holder = jsonAs(processIdentitySchema, textIfThere(lock));
    if (holder === undefined || !isAlive(holder)) {
      rmSync(lock, { force: true });
      continue;
    }
    if (!announced) options.onWait(holder.pid);
    announced = true;
    await sleep(POLL_MS, undefined, { signal: options.signal }).catch(() => {
      throw runError('interrupted', 'stopped while waiting for another build');
    });
  }
  try {
    return await work();
  } finally {
    rmSync(lock, { force: true });
  }
}

function tryTake(lock: string): boolean {
  const identity = ownIdentity();
  const mine = `${lock}.${identity.pid}-${identity.startTicks}`;
  writeFileSync(mine, JSON.stringify(identity));
  try {
    // link(2) fails where the name exists, so of two that try at once exactly one succeeds, with its content in place.
    linkSync(mine, lock);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(mine, { force: true });
  }
}
