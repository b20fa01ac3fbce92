import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { textIfThere } from '../../core/read-if-there.ts';
import { parseMemoryV1, parseMemoryV2, parseStat, type CgroupMemory } from '../parse/cgroup-memory.ts';
import { controllerFolder, type Cgroup } from '../process/cgroup.ts';
import { parseCount } from '../parse/count.ts';
import { childGroups } from '../process/cgroup-tree.ts';

/** Reads the group's charge. `undefined` where this host has no memory controller. */
export async function readCgroupMemory(group: Cgroup): Promise<CgroupMemory | undefined> {
  const place = controllerFolder(group, 'memory');
  if (place === undefined) return undefined;
  const read = (file: string): Promise<string> => readFile(join(place.folder, file), 'utf8');
  const readOptional = (file: string): string | undefined => textIfThere(join(place.folder, file));
  if (place.version === 1) {
    const [usage, stat] = await Promise.all([read('memory.usage_in_bytes'), read('memory.stat')]);
    const peak = readOptional('memory.max_usage_in_bytes');
    return parseMemoryV1({ usage, peak, stat, kernel: readOptional('memory.kmem.usage_in_bytes') });
  }
  const [usage, stat] = await Promise.all([read('memory.current'), read('memory.stat')]);
  const peak = readOptional('memory.peak');
  return parseMemoryV2({ usage, peak, stat, swap: readOptional('memory.swap.current') });
}

/**
 * CPU time that a group's processes have used, user and system, in milliseconds: cpuacct.usage in nanoseconds (v1,
 * cgroup-v1/cpuacct.rst) or `usage_usec` of cpu.stat, which v2 has in every group without a controller (cgroup-v2.rst).
 * `undefined` where this host counts neither.
 */
export async function readCgroupCpuMs(group: Cgroup): Promise<number | undefined> {
  const cpuacct = controllerFolder(group, 'cpuacct');
  if (cpuacct?.version === 1) {
    const ns = parseCount(await readFile(join(cpuacct.folder, 'cpuacct.usage'), 'utf8'));
    return ns === undefined ? undefined : ns / 1e6;
  }
  if (group.layout.unified === undefined) return undefined;
  const usec = parseStat(await readFile(join(group.layout.unified, group.name, 'cpu.stat'), 'utf8')).get(
    'usage_usec',
  );
  return usec === undefined ? undefined : usec / 1000;
}

/**
 * How many processes the kernel has killed in a group and below it because memory had run out: `oom_kill` of
 * memory.events (v2, which counts what lies below) or of every memory.oom_control (v1, where each group counts its
 * own). `undefined` where this host has no memory controller, or its kernel does not count them.
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
