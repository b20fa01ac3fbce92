import { readFileSync } from 'node:fs';

/**
 * A small file of the kernel's or the system's, white space at both ends taken off; `undefined` where it cannot be
 * read.
 */
export function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return undefined;
  }
}
