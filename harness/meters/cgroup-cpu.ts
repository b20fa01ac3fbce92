import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { controllerFolder, type Cgroup } from '../process/cgroup.ts';
import { parseCount } from '../parse/count.ts';
import { parseStat } from '../parse/cgroup-memory.ts';

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
