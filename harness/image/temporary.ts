import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createFolders } from '../../results/create-folders.ts';
import type { CleanupRegistry } from '../process/cleanup.ts';
import { hostBootId, isAlive, ownIdentity } from '../process/identity.ts';
import { removeResource } from '../process/resource.ts';
import type { ProcessRunner } from '../process/runner.ts';
import { imagesFolder } from './cache.ts';

/** `.<purpose>-<pid>-<start ticks>-<boot id>-<random>`: whose it is can be read off its name. */
const NAME = /^\.(?:build|removed)-(\d+)-(\d+)-([0-9a-f-]{36})-[0-9a-f]+$/;

function temporaryPath(purpose: 'build' | 'removed', parent = imagesFolder()): string {
  const { pid, startTicks, hostBootId: boot } = ownIdentity();
  return join(parent, `.${purpose}-${pid}-${startTicks}-${boot}-${randomBytes(3).toString('hex')}`);
}

/** A path beside the images that an image can be renamed to in order to vanish at once. */
export function removedPath(): string {
  return temporaryPath('removed');
}

/**
 * Makes a folder beside the images (or in `parent`), in which an image can be made and from which it can be renamed
 * into its place. What is left in it is removed when `work` ends, however it ends.
 */
export async function inBuildFolder<T>(
  cleanup: CleanupRegistry,
  work: (folder: string) => Promise<T>,
  parent = imagesFolder(),
): Promise<T> {
  await createFolders(parent);
  const folder = temporaryPath('build', parent);
  const lease = cleanup.register({ kind: 'path', path: folder });
  await mkdir(folder, { mode: 0o755 });
  try {
    return await work(folder);
  } finally {
    await lease.release();
  }
}

/**
 * Removes what dead builders left beside the images. The cleanup registry does so too, but it forgets at a reboot,
 * and this cache does not.
 */
export async function sweepTemporaries(runner: ProcessRunner, parent = imagesFolder()): Promise<void> {
  for (const name of readdirSync(parent)) {
    const match = NAME.exec(name);
    if (match === null) continue;
    const identity = {
      pid: Number(match[1]),
      startTicks: Number(match[2]),
      hostBootId: match[3] ?? hostBootId(),
    };
    if (isAlive(identity)) continue;
    await removeResource({ kind: 'path', path: join(parent, name) }, runner);
  }
}
