import { statfsSync } from 'node:fs';

/**
 * Where throw-away files of runs may go: folders that everybody may pass through, as the root of a container with a user
 * namespace has to. The first that lies on a disk is taken: in memory, what an instance writes would be measured as memory.
 */
const places = ['/var/tmp', '/var/lib', '/srv', '/opt'];

/** Types of file systems that lie in memory (statfs(2)): tmpfs, ramfs. */
const inMemory: ReadonlySet<number> = new Set([0x01021994, 0x858458f6]);

/** `note`: what a reader of the figures has to know, where every place lies in memory. */
export function workParent(isInMemory: (folder: string) => boolean = liesInMemory): {
  folder: string;
  note?: string;
} {
  const folder = places.find((place) => !isInMemory(place));
  if (folder !== undefined) return { folder };
  return {
    folder: places[0] ?? '/var/tmp',
    note: `${places.join(', ')} lie in memory here: what instances write to their disks is part of memory.total`,
  };
}

function liesInMemory(folder: string): boolean {
  try {
    return inMemory.has(statfsSync(folder).type);
  } catch {
    // Not there: nothing can lie there.
    return true;
  }
}
