import { randomBytes } from 'node:crypto';
import { access, mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { errnoOf } from '../core/error.ts';
import { createFolders } from './create-folders.ts';
import { writeFailure } from './write-failure.ts';

/** The record's name within its run folder. */
export const RECORD_FILE = 'run.json';

/** A folder that holds, or is going to hold, one run. */
export interface RunFolder {
  /** Its name, and the record's `id`: `2026-11-23T15-18-03Z-9f2c41`. */
  id: string;
  path: string;
}

/**
 * Makes sure that a run can be kept here before anything is booted: creates `outFolder` where it is missing and
 * writes a file into it. Throws `out-not-writable` or `disk-full`.
 */
export async function assertWritableFolder(outFolder: string): Promise<void> {
  const probe = join(outFolder, `.twinboot-${randomBytes(4).toString('hex')}`);
  try {
    await createFolders(outFolder);
    await writeFile(probe, 'twinboot was here\n', { flag: 'wx' });
  } catch (error) {
    throw writeFailure(error, outFolder);
  } finally {
    await rm(probe, { force: true }).catch(() => undefined);
  }
}

/** Creates a new folder for a run in `outFolder`. Throws like `assertWritableFolder`. */
export async function createRunFolder(outFolder: string, startedAt: Date): Promise<RunFolder> {
  for (;;) {
    const id = `${compactUtc(startedAt)}-${randomBytes(3).toString('hex')}`;
    const path = join(outFolder, id);
    try {
      await createFolders(outFolder);
      await mkdir(path);
      return { id, path };
    } catch (error) {
      if (errnoOf(error) !== 'EEXIST' || !(await exists(path))) throw writeFailure(error, path);
    }
  }
}

/** `2026-11-23T15-18-03Z`: sorts by time, and is a file name everywhere. */
function compactUtc(time: Date): string {
  return time
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
    .replaceAll(':', '-');
}

/** The folders in `outFolder` that hold a record, newest first; none where there is no such folder. */
export async function listRuns(outFolder: string): Promise<RunFolder[]> {
  const names = await namesOfFolders(outFolder);
  const found = await Promise.all(names.map((id) => datedRun({ id, path: join(outFolder, id) })));
  return found
    .flatMap((run) => run ?? [])
    .sort((a, b) => b.atMs - a.atMs || b.folder.id.localeCompare(a.folder.id))
    .map(({ folder }) => folder);
}

/** A folder that was renamed (`baseline`) no longer says when it ran; its record's time of change does. */
async function datedRun(folder: RunFolder): Promise<{ folder: RunFolder; atMs: number } | undefined> {
  try {
    const { mtimeMs } = await stat(join(folder.path, RECORD_FILE));
    return { folder, atMs: timeInName(folder.id) ?? mtimeMs };
  } catch {
    return undefined;
  }
}

function timeInName(id: string): number | undefined {
  const match = /^(\d{4}-\d\d-\d\dT)(\d\d)-(\d\d)-(\d\d)Z-/.exec(id);
  const atMs = match ? Date.parse(`${match[1]}${match[2]}:${match[3]}:${match[4]}Z`) : NaN;
  return Number.isFinite(atMs) ? atMs : undefined;
}

/** The names of the folders in `folder`; none where it cannot be read. */
export async function namesOfFolders(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries
      .filter((entry) => entry.isDirectory() || entry.isSymbolicLink())
      .map(({ name }) => basename(name));
  } catch {
    return [];
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
