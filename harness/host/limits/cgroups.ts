import { join } from 'node:path';
import { wholeLine } from '../../../core/text.ts';
import { reading, type HostLimit } from './limit.ts';
import { parseCount } from '../../parse/count.ts';
import { cgroupLayout } from './processes.ts';

/**
 * The memory controller's ids are 16 bits wide (MEM_CGROUP_ID_MAX). A group that was removed keeps its id as long as
 * some page is charged to it, so that many short-lived instances take more than those that live.
 */
const MOST_MEMORY_GROUPS = 65_535;

/** Groups of the memory controller by /proc/cgroups (cgroups(7)), in whatever hierarchy it is. */
export const memoryGroups: HostLimit = {
  id: 'memory-cgroups',
  title: 'control groups of the memory controller',
  noun: 'control groups',
  where: 'the 16-bit ids of the kernel',
  isFixed: true,
  needs: { container: 20, 'mapped-container': 20, vm: 1 },
  errnos: ['ENOSPC'],
  read(files) {
    const used = parseGroups(files.text('/proc/cgroups') ?? '', 'memory');
    return used === undefined ? undefined : { limit: MOST_MEMORY_GROUPS, used };
  },
};

/** `#subsys_name hierarchy num_cgroups enabled`; `undefined` where the controller is not there or switched off. */
export function parseGroups(cgroups: string, controller: string): number | undefined {
  const [, groups, enabled] = wholeLine(`${controller}\\t\\d+\\t(\\d+)\\t([01])`).exec(cgroups) ?? [];
  return enabled === '1' ? parseCount(groups) : undefined;
}

/** Set above all instances only where twinboot's own tree is a part of the host's (cgroup-v2.rst). */
export const groupDescendants: HostLimit = {
  id: 'cgroup-descendants',
  title: 'control groups below the topmost one',
  noun: 'control groups',
  where: 'cgroup.max.descendants of the topmost control group',
  needs: { container: 20, 'mapped-container': 20, vm: 1 },
  errnos: ['EAGAIN'],
  read(files) {
    const folder = cgroupLayout(files)?.unified;
    if (folder === undefined) return undefined;
    const stat = files.text(join(folder, 'cgroup.stat'));
    return reading(
      parseCount(files.text(join(folder, 'cgroup.max.descendants'))),
      parseCount(/^nr_descendants (\d+)$/m.exec(stat ?? '')?.[1]),
    );
  },
};
