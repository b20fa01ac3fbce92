import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { packageRoot } from '../../core/package-root.ts';

/** The program that times work where it runs, without its comments. */
export function workProgram(): string {
  const source = readFileSync(join(packageRoot(), 'harness/guest/in-guest/work.pl'), 'utf8');
  return source
    .split('\n')
    .filter((line) => !/^\s*#/.test(line))
    .join('\n');
}

/**
 * The shell command that has the image's own perl run the program: no file of it is in the image, and the whole command is
 * short enough for one question (`protocol.ts`). Its files lie in /var/tmp, which is on the disk of every Debian.
 */
export function workCommand(): string {
  const packed = gzipSync(workProgram(), { level: 9 }).toString('base64');
  return `printf %s ${packed} | base64 -d | gzip -dc | perl - /var/tmp`;
}

/** The program ends by itself: it gives up an operation after 15 s. */
export const WORK_DEADLINE_MS = 150_000;
