import { closeSync, constants, existsSync, fstatSync, lstatSync, mkdirSync, openSync } from 'node:fs';
import { join, posix } from 'node:path';
import { errnoOf, usageError } from './error.ts';

/** A folder that is held open; `path` leads to it, whatever is put in its place meanwhile. */
export interface OpenFolder {
  path: string;
  close(): void;
}

const FOLDER = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;
/** A FIFO or a device that stands where a file is expected must not hold up whoever opens it. */
const FILE = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** Linux shows what a process holds open as files; elsewhere names are all there is. */
const descriptors = '/proc/self/fd';

/**
 * Opens the folder at `path` below `root`, one component after the other, and follows no link on the way: a tree, a
 * repository or a guest may have written them. `root` itself is the caller's word, and its links count. `make`: the
 * mode (before the umask) of folders that are missing; without it they are an error. Errors: `link-in-the-way`,
 * `path-leaves-folder` (usage), and those of open(2).
 */
export function openFolderBelow(root: string, path: string, options: { make?: number } = {}): OpenFolder {
  let open = holdFolder(root, openSync(root, constants.O_RDONLY | constants.O_DIRECTORY));
  let name = root;
  try {
    for (const part of partsOf(path)) {
      name = join(name, part);
      const next = join(open.path, part);
      if (options.make !== undefined) makeFolder(next, options.make);
      const opened = openSync(next, FOLDER);
      open.close();
      open = holdFolder(next, opened);
    }
    return open;
  } catch (error) {
    const link = isLink(join(open.path, posix.basename(name)));
    open.close();
    throw link ? linkInTheWay(name) : error;
  }
}

/**
 * Opens a file for reading, below `root` and without following a link. Returns its descriptor, which the caller closes.
 * Errors: `link-in-the-way`, `not-a-file`, `path-leaves-folder` (usage), and those of open(2).
 */
export function openFileBelow(root: string, path: string): number {
  const name = join(root, path);
  const folder = openFolderBelow(root, posix.dirname(path));
  try {
    const file = join(folder.path, posix.basename(path));
    if (isLink(file)) throw linkInTheWay(name);
    const opened = openSync(file, FILE);
    if (fstatSync(opened).isFile()) return opened;
    closeSync(opened);
    throw usageError('not-a-file', `${name} is no file`);
  } catch (error) {
    throw errnoOf(error) === 'ELOOP' ? linkInTheWay(name) : error;
  } finally {
    folder.close();
  }
}

/**
 * Makes sure that what exists of `path` below `root` has no link in it, the last component included.
 * Errors: `link-in-the-way`, `path-leaves-folder` (usage), and those of open(2).
 */
export function requireNoLinks(root: string, path: string): void {
  try {
    openFolderBelow(root, path).close();
  } catch (error) {
    if (!['ENOENT', 'ENOTDIR'].includes(errnoOf(error) ?? '')) throw error;
  }
}

function partsOf(path: string): string[] {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  if (!posix.isAbsolute(path) && !parts.includes('..')) return parts;
  throw usageError('path-leaves-folder', `${path} leads out of the folder that it belongs to`);
}

function holdFolder(path: string, descriptor: number): OpenFolder {
  return {
    path: existsSync(descriptors) ? join(descriptors, String(descriptor)) : path,
    close: () => closeSync(descriptor),
  };
}

function makeFolder(path: string, mode: number): void {
  try {
    mkdirSync(path, { mode });
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw error;
  }
}

function isLink(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
}

function linkInTheWay(path: string): Error {
  return usageError('link-in-the-way', `${path} is a link, and twinboot does not follow it there`, {
    hint: 'put the folder or file itself in its place, or name the path that it leads to',
  });
}
