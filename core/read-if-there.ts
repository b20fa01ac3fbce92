import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** The text of a small file of the kernel's or the system's; `undefined` where it cannot be read. */
export function textIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

/** The same, white space at both ends taken off. */
export function readIfThere(file: string): string | undefined {
  return textIfThere(file)?.trim();
}

/** The names in a folder; none where it cannot be read. */
export function namesIfThere(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** What a symbolic link leads to; `undefined` where it cannot be read, or is none. */
export function linkIfThere(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}
