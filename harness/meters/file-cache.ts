import { readdir, readlink, stat } from 'node:fs/promises';
import { parseCount } from '../parse/count.ts';
import { processRunner, type ProcessRunner } from '../process/runner.ts';

/**
 * How much of these files lies in the host's page cache, bytes, whoever was charged for it: fincore(1), which asks
 * mincore(2) and reads nothing in. `undefined` where there is no file, or no fincore.
 */
export async function readCachedBytes(
  files: readonly string[],
  runner: ProcessRunner = processRunner,
): Promise<number | undefined> {
  if (files.length === 0) return undefined;
  try {
    const { stdout } = await runner.run('fincore', [...OPTIONS, '--', ...files]);
    return parseCachedBytes(stdout, files.length);
  } catch {
    return undefined;
  }
}

/** A size for each file, a line each, and their sum; `undefined` where one is missing or none that can be read. */
export function parseCachedBytes(stdout: string, files: number): number | undefined {
  const sizes = stdout
    .trim()
    .split('\n')
    .flatMap((line) => parseCount(line) ?? []);
  return sizes.length === files ? sizes.reduce((sum, bytes) => sum + bytes, 0) : undefined;
}

const OPTIONS = ['--bytes', '--noheadings', '--raw', '--output', 'RES'];

/**
 * The files that these processes have open, each once: of a VMM, the files of its disk. Not what has no name any more,
 * as guest RAM in memory files.
 */
export async function filesOpenIn(pids: readonly number[]): Promise<string[]> {
  const links = await Promise.all(pids.map(linksOf));
  const named = new Set(links.flat().filter((link) => link.startsWith('/') && !link.startsWith('/dev/')));
  const regular = await Promise.all([...named].map(async (file) => ((await isFile(file)) ? [file] : [])));
  return regular.flat();
}

/** proc(5), /proc/PID/fd. None of a process that has ended. */
async function linksOf(pid: number): Promise<string[]> {
  const folder = `/proc/${pid}/fd`;
  const names = await readdir(folder).catch(() => []);
  return Promise.all(names.map((name) => readlink(`${folder}/${name}`).catch(() => '')));
}

async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isFile() ?? false;
}
