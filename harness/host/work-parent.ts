import { statfsSync } from 'node:fs';

/**
 * Where throw-away files of runs may go: folders that everybody may pass through, as the root of a container with a
 * user namespace has to. The first that lies on a disk is taken: in memory, what an instance writes would be measured
 * as memory.
 */
export const workPlaces = ['/var/tmp', '/var/lib', '/srv', '/opt'];

/** Types of file systems that lie in memory (statfs(2)): tmpfs, ramfs. */
const inMemory: ReadonlySet<number> = new Set([0x01021994, 0x858458f6]);

export interface WorkParent {
  folder: string;
  /** Every place lies in memory. */
  isInMemory: boolean;
}

export function workParent(isInMemory: (folder: string) => boolean = liesInMemory): WorkParent {
  const folder = workPlaces.find((place) => !isInMemory(place));
  if (folder !== undefined) return { folder, isInMemory: false };
  return { folder: workPlaces[0] ?? '/var/tmp', isInMemory: true };
}

function liesInMemory(folder: string): boolean {
  try {
    return inMemory.has(statfsSync(folder).type);
  } catch {
    // Not there: nothing can lie there.
    return true;
  }
}
