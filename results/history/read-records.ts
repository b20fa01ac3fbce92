import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf, messageOf, TwinbootError, usageError } from '../../core/error.ts';
import type { RunRecord } from '../record.ts';
import { readRecord, RECORD_FILE } from '../store.ts';
import type { LeftOut } from './history.ts';

/** Folders are looked into down to this depth below the one that is named. */
const DEPTH = 2;

/**
 * Hands every record below `folder` to `take`, one after the other, so that hundreds never lie in memory together: run
 * folders, and other JSON files that hold a record (baselines). Resolves with what could not be read. A record that is
 * there twice is taken once. Throws the usage errors `no-record` (there is no such folder, or none in it) and
 * `unreadable-records` (none of them could be read).
 */
export async function readRecords(folder: string, take: (record: RunRecord) => void): Promise<LeftOut[]> {
  const files = await recordFiles(folder);
  const leftOut: LeftOut[] = [];
  const seen = new Map<string, string>();
  for (const file of files) {
    try {
      const record = await readRecord(file);
      const twin = seen.get(record.id);
      if (twin === undefined) take(record);
      else leftOut.push({ path: file, reason: `the same run as ${twin}` });
      seen.set(record.id, twin ?? file);
    } catch (error) {
      // A JSON file that never claimed to be a record is somebody's own business.
      if (isOther(error) && !file.endsWith(RECORD_FILE)) continue;
      leftOut.push({ path: file, reason: messageOf(error).replace(`${file} `, '') });
    }
  }
  if (seen.size > 0) return leftOut;
  const [first, ...others] = leftOut;
  if (first === undefined) throw usageError('no-record', `no run folder and no record in ${folder}`);
  throw usageError(
    'unreadable-records',
    `none of ${leftOut.length} records in ${folder} can be read: ${first.path} ${first.reason}`,
    others.length === 0 ? {} : { hint: `the others: ${others.map(({ path }) => path).join(', ')}` },
  );
}

function isOther(error: unknown): boolean {
  return error instanceof TwinbootError && error.code === 'not-a-record';
}

async function recordFiles(folder: string): Promise<string[]> {
  try {
    if ((await stat(folder)).isFile()) return [folder];
    return await filesBelow(folder, DEPTH);
  } catch (error) {
    const missing = errnoOf(error) === 'ENOENT';
    throw usageError('no-record', missing ? `there is no ${folder}` : messageOf(error), { cause: error });
  }
}

/** A run folder holds one record, and nothing else of interest. */
async function filesBelow(folder: string, depth: number): Promise<string[]> {
  const entries = (await readdir(folder, { withFileTypes: true })).sort((a, b) => (a.name < b.name ? -1 : 1));
  if (entries.some(({ name }) => name === RECORD_FILE)) return [join(folder, RECORD_FILE)];
  const found: string[] = [];
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (depth > 0 && !entry.name.startsWith('.'))
        found.push(...(await filesBelow(path, depth - 1).catch(() => [])));
    } else if (entry.name.endsWith('.json')) found.push(path);
  }
  return found;
}
