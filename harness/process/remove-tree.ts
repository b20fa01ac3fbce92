import { constants } from 'node:fs';
import { lstat, open, readdir, rm, rmdir, unlink } from 'node:fs/promises';
import { ignoreMissing } from '../../core/error.ts';
import type { ProcessRunner } from './runner.ts';

const FOLDER = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;
/** What is deeper is left to rm(1), which need not hold every folder on the way open. */
const MOST_DEPTH = 32;

class TooDeep extends Error {}

/**
 * Removes a file, a link or a folder with all that is in it; does nothing where it is gone. A guest may have written
 * what is in it: every folder is held open while it is emptied, so that no link in its place leads elsewhere, and names
 * need not be text. Rejects with the file system's error.
 */
export async function removeTree(path: string, runner: ProcessRunner): Promise<void> {
  if (process.platform !== 'linux') return rm(path, { recursive: true, force: true });
  try {
    await removeAt(Buffer.from(path), 0);
  } catch (error) {
    if (!(error instanceof TooDeep)) throw error;
    await runner.run('rm', ['--recursive', '--force', '--one-file-system', '--', path]);
  }
}

async function removeAt(path: Buffer, depth: number): Promise<void> {
  const status = await lstat(path).catch(ignoreMissing);
  if (status === undefined) return;
  if (!status.isDirectory()) {
    await unlink(path).catch(ignoreMissing);
    return;
  }
  if (depth > MOST_DEPTH) throw new TooDeep();
  await emptyFolder(path, depth);
  await rmdir(path).catch(ignoreMissing);
}

async function emptyFolder(path: Buffer, depth: number): Promise<void> {
  const folder = await open(path, FOLDER);
  try {
    const here = Buffer.from(`/proc/self/fd/${folder.fd}`);
    for (const name of await readdir(here, { encoding: 'buffer' })) {
      await removeAt(Buffer.concat([here, Buffer.from('/'), name]), depth + 1);
    }
  } finally {
    await folder.close();
  }
}
