import { existsSync, readFileSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { messageOf } from '../../../core/error.ts';
import { formatBytes, GIB, MIB } from '../../../core/units.ts';
import { cacheFolder } from '../../../core/cache-folder.ts';
import { parseMeminfo } from '../../parse/meminfo.ts';
import { inotifyInstances } from '../limits/inotify.ts';
import { workParent, workPlaces, type WorkParent } from '../work-parent.ts';
import { everyKind, type Examiner, type Finding } from './check.ts';

const MEMORY_WANTED = GIB;
const MEMORY_NEEDED = 512 * MIB;
const DISK_NEEDED = 3 * GIB;

export const memory: Examiner = {
  id: 'memory',
  title: 'free memory',
  needed: true,
  examine: () => memoryFinding(parseMeminfo(readFileSync('/proc/meminfo', 'utf8')).get('MemAvailable') ?? 0),
};

export function memoryFinding(availableBytes: number): Finding {
  const found = formatBytes(availableBytes);
  if (availableBytes >= MEMORY_WANTED) return { state: 'ok', found };
  return {
    state: availableBytes >= MEMORY_NEEDED ? 'warning' : 'missing',
    found,
    reason: `a virtual machine has 512 MiB of its own, and the rest of the host needs some: ${formatBytes(MEMORY_WANTED)} is comfortable`,
    fix: 'end what is not needed, or use a host with more memory',
  };
}

export const cacheDisk: Examiner = {
  id: 'cache-disk',
  title: 'disk for images',
  needed: true,
  examine: () => diskFinding(cacheFolder()),
};

export const workDisk: Examiner = {
  id: 'work-disk',
  title: 'disk for runs',
  needed: true,
  examine: () => diskFinding(workParent().folder),
};

/** Where instances write: in memory, that would be measured as theirs. */
export const writableLayers: Examiner = {
  id: 'writable-layers',
  title: 'writable layers',
  stops: everyKind,
  examine: () => writableFinding(workParent()),
};

export function writableFinding({ folder, isInMemory }: WorkParent): Finding {
  if (!isInMemory) return { state: 'ok', found: `on disk, in ${folder}` };
  return {
    state: 'warning',
    found: `in memory, in ${folder}`,
    reason: `${workPlaces.join(', ')} lie in memory`,
    costs: 'what instances write to their disks is part of memory.total',
    fix: `mount a file system on a disk at ${folder}`,
  };
}

function diskFinding(folder: string): Finding {
  try {
    // The folder may not be made yet: its nearest ancestor is on the same file system.
    let there = folder;
    while (!existsSync(there)) there = dirname(there);
    const { bavail, bsize } = statfsSync(there);
    return spaceFinding(bavail * bsize, folder);
  } catch (error) {
    return { state: 'missing', found: folder, reason: messageOf(error), fix: 'make the folder readable' };
  }
}

export function spaceFinding(freeBytes: number, folder: string): Finding {
  const found = `${formatBytes(freeBytes)} free in ${folder}`;
  if (freeBytes >= DISK_NEEDED) return { state: 'ok', found };
  return {
    state: 'missing',
    found,
    reason: `an image takes about 1 GiB while it is built: ${formatBytes(DISK_NEEDED)} is needed`,
    fix: `free some space in ${folder}`,
  };
}

/** A limit that ends runs with many containers long before memory does. */
export const inotify: Examiner = {
  id: 'inotify',
  title: 'inotify instances',
  examine: () => ({
    state: 'ok',
    ...inotifyFinding(Number(readFileSync('/proc/sys/fs/inotify/max_user_instances', 'utf8'))),
  }),
};

export function inotifyFinding(limit: number): { found: string; reason?: string } {
  const instances = Math.floor(limit / inotifyInstances.needs.container);
  return {
    found: String(limit),
    ...(instances >= 100
      ? {}
      : {
          reason: `enough for about ${instances} containers at once; more with --raise-limits, or sysctl -w fs.inotify.max_user_instances=1024`,
        }),
  };
}
