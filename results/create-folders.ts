import { access, mkdir, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { errnoOf } from '../core/error.ts';

/**
 * Like `mkdir -p`, for folders that a person has named. Rejects with the file system's error. Node's own `recursive`
 * never returns where a file system refuses with ENOENT, as /proc does.
 */
export async function createFolders(path: string): Promise<void> {
  const folder = resolve(path);
  try {
    await mkdir(folder);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' && !(await exists(dirname(folder)))) {
      await createFolders(dirname(folder));
      await createFolders(folder);
    } else if (!(await isFolder(folder))) {
      throw error;
    }
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
