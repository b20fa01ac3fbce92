import { createHash } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { digestFile, READ_BYTES } from './pack.ts';
import { entriesOf, type TreeEntry } from './walk-tree.ts';

/**
 * SHA-256, hex, over the path, kind, mode, owner and content of everything in the tree: what an image holds, however
 * its file system was laid out. Not over times, hard links and extended attributes. Throws where the signal is aborted.
 */
export async function contentDigest(tree: string, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  for (const entry of entriesOf(tree)) {
    // Without a turn of the event loop no interrupt would come through before the last file.
    if (entry.stats.isDirectory()) await setImmediate(undefined, { signal });
    const { mode, uid, gid } = entry.stats;
    const [kind, content] = await kindAndContent(entry, signal);
    hash.update(`${JSON.stringify([entry.path, kind, mode & 0o7777, uid, gid, content])}\n`);
  }
  return hash.digest('hex');
}

async function kindAndContent(
  { place, stats }: TreeEntry,
  signal: AbortSignal,
): Promise<[kind: string, content: string | number]> {
  if (stats.isSymbolicLink()) return ['link', readlinkSync(place)];
  if (stats.isDirectory()) return ['folder', ''];
  if (!stats.isFile()) return ['special', stats.rdev];
  // A user's tree may have a file that fits into no buffer; a stream for each small one would take far longer.
  if (stats.size > READ_BYTES) return ['file', await digestFile(place, signal)];
  return ['file', createHash('sha256').update(readFileSync(place)).digest('hex')];
}
