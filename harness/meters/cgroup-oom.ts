import { join } from 'node:path';
import { textIfThere } from '../../core/read-if-there.ts';
import { controllerFolder, type Cgroup } from '../process/cgroup.ts';
import { childGroups } from '../process/cgroup-tree.ts';
import { parseStat } from '../parse/cgroup-memory.ts';

/**
 * How many processes the kernel has killed in a group and below it because memory had run out: `oom_kill` of memory.events
 * (v2, which counts what lies below) or of every memory.oom_control (v1, where each group counts its own). `undefined` where
 * this host has no memory controller, or its kernel does not count them.
 */
export function readOomKills(group: Cgroup): number | undefined {
  const place = controllerFolder(group, 'memory');
  if (place === undefined) return undefined;
  if (place.version === 2) return oomKillsIn(join(place.folder, 'memory.events'));
  const counts = groupsFrom(place.folder).map((folder) => oomKillsIn(join(folder, 'memory.oom_control')));
  const known = counts.filter((count) => count !== undefined);
  return known.length === 0 ? undefined : known.reduce((sum, count) => sum + count, 0);
}

function oomKillsIn(file: string): number | undefined {
  // A file may be gone with its group.
  return parseStat(textIfThere(file) ?? '').get('oom_kill');
}

function groupsFrom(folder: string): string[] {
  return [folder, ...childGroups(folder).flatMap(groupsFrom)];
}
