import { randomBytes } from 'node:crypto';
import { lstat, open, rename, rm, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { usageError } from './error.ts';

/**
 * Writes a file in the place of what is there: at any moment, also after a crash or on a full disk, it is the new
 * content or what was there before. Readable by all. A link is replaced and never written through, and the file that is
 * filled beforehand has a name that nobody can know. Rejects with the file system's error, or `not-a-file` (usage)
 * where a device or a FIFO would go.
 */
export async function replaceFile(path: string, content: string | Buffer | readonly Buffer[]): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(8).toString('hex')}.tmp`);
  await requireReplaceable(path);
  try {
    const file = await open(temporary, 'wx', 0o644);
    try {
      await writeAll(file, content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
}

async function requireReplaceable(path: string): Promise<void> {
  const before = await lstat(path).catch(() => undefined);
  if (before === undefined || before.isFile() || before.isSymbolicLink()) return;
  throw usageError('not-a-file', `${path} is no file`);
}

/** How many buffers one writev takes on Linux. */
const IOV_MAX = 1024;

async function writeAll(file: FileHandle, content: string | Buffer | readonly Buffer[]): Promise<void> {
  if (typeof content === 'string' || Buffer.isBuffer(content)) return file.writeFile(content);
  for (let start = 0; start < content.length; start += IOV_MAX) {
    const batch = content.slice(start, start + IOV_MAX);
    const { bytesWritten } = await file.writev(batch);
    // A disk that fills up takes a part of what it is given, and refuses only what comes after.
    const size = batch.reduce((sum, piece) => sum + piece.length, 0);
    if (bytesWritten < size) await file.writeFile(Buffer.concat(batch).subarray(bytesWritten));
  }
}
