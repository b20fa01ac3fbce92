import { dirname, join } from 'node:path';
import { namesIfThere, textIfThere } from '../core/read-if-there.ts';
import { cgroupNamed } from '../harness/process/cgroup.ts';
import type { HostContext } from '../harness/host/context.ts';
import { readLimits } from '../harness/host/limits/registry.ts';
import { parseMountPoints } from '../harness/process/mounts.ts';
import { loopBacking } from '../harness/process/resource.ts';

/**
 * Everything that runs of twinboot can leave on this host, one line each: mounts, loop devices, control groups, work
 * folders, processes, and limits of the kernel as they are set. What is there after a run and was not before is what it
 * left.
 */
export function hostTraces({
  cgroups,
  workFolder,
}: Pick<HostContext, 'cgroups' | 'workFolder'>): Set<string> {
  const works = join(dirname(workFolder), NAME);
  return new Set([
    ...parseMountPoints(textIfThere('/proc/self/mountinfo') ?? '')
      .filter((path) => path.includes(`/${NAME}`))
      .map((path) => `mount ${path}`),
    ...namesIfThere('/sys/block').flatMap((device) => {
      const backing = loopBacking(device);
      return backing === undefined ? [] : [`loop device ${device} of ${backing}`];
    }),
    ...cgroupNamed(cgroups, '').folders.flatMap((folder) =>
      namesIfThere(folder).flatMap((name) =>
        name.startsWith(NAME) ? [`control group ${join(folder, name)}`] : [],
      ),
    ),
    ...namesIfThere(dirname(works)).flatMap((name) => (name.startsWith(NAME) ? [`folder ${name}`] : [])),
    ...namesIfThere('/proc').flatMap((pid) =>
      /^\d+$/.test(pid) && belongs(pid, works) ? [`process ${pid}`] : [],
    ),
    ...[...readLimits()].map(([id, { limit }]) => `${id} ${limit}`),
  ]);
}

/** What of `after` was not there before. */
export function leftBehind(before: ReadonlySet<string>, after: ReadonlySet<string>): string[] {
  return [...after].filter((trace) => !before.has(trace));
}

/** Work folders and control groups begin with it. */
const NAME = 'twinboot-';

/**
 * In a control group of a boot's, or called with something of a work folder. What is dead waits for the host's own
 * init.
 */
function belongs(pid: string, works: string): boolean {
  if (/^State:\s+Z/m.test(textIfThere(`/proc/${pid}/status`) ?? '')) return false;
  const groups = (textIfThere(`/proc/${pid}/cgroup`) ?? '').split('\n');
  if (groups.some((line) => line.split(':').slice(2).join(':').startsWith(`/${NAME}`))) return true;
  return textIfThere(`/proc/${pid}/cmdline`)?.includes(works) ?? false;
}
