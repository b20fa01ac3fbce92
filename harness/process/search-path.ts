import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Debian keeps mkfs, losetup and their like here, and leaves it out of an ordinary user's PATH. */
const SYSTEM_FOLDERS = ['/usr/local/sbin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/** The folders that commands are looked for in: PATH, then the system's own. */
export function searchFolders(env: Record<string, string | undefined> = process.env): string[] {
  return [...new Set([...(env.PATH ?? '').split(delimiter), ...SYSTEM_FOLDERS])].filter(
    (folder) => folder !== '',
  );
}

/** The value of PATH with all of `searchFolders`. */
export function searchPath(): string {
  return searchFolders().join(delimiter);
}

/** The file that a command name stands for; `undefined` where none of the folders has it. No process is started. */
export function findCommand(name: string, folders: readonly string[] = searchFolders()): string | undefined {
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
