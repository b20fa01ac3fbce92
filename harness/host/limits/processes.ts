import { join } from 'node:path';
import { parseCgroupLayout, type CgroupLayout } from '../../process/cgroup.ts';
import { reading, readSysctl, sysctlKnob, type HostLimit, type LimitFiles } from './limit.ts';
import { parseCount } from '../../parse/count.ts';

/** Threads of the whole host: each has a pid of its own, also in VMs' processes, for each virtual CPU and more. */

const needs = { container: 15, 'mapped-container': 15, vm: 10 };

/** PID_MAX_LIMIT of a 64-bit kernel (proc_sys_kernel(5)). */
const MOST_PIDS = 1 << 22;
/** FUTEX_TID_MASK: what the kernel takes for threads-max. */
const MOST_THREADS = 0x3fff_ffff;

export const pids: HostLimit = {
  id: 'pids',
  title: 'process ids',
  noun: 'process ids',
  ...sysctlKnob('kernel.pid_max', MOST_PIDS),
  needs,
  errnos: ['EAGAIN'],
  read: (files) => reading(readSysctl(files, 'kernel.pid_max'), threads(files)),
};

export const threadsMax: HostLimit = {
  id: 'threads',
  title: 'threads',
  noun: 'threads',
  ...sysctlKnob('kernel.threads-max', MOST_THREADS),
  needs,
  errnos: ['EAGAIN'],
  read: (files) => reading(readSysctl(files, 'kernel.threads-max'), threads(files)),
};

/**
 * Where twinboot itself is in a container, its tree of control groups is a part of the host's, and its top, which is
 * above all instances, can have a limit (Documentation/admin-guide/cgroup-v2.rst, v1's pids.rst).
 */
export const groupPids: HostLimit = {
  id: 'pids-of-control-group',
  title: 'processes in the control groups that twinboot may use',
  noun: 'processes and threads',
  where: 'pids.max of the topmost control group',
  needs,
  errnos: ['EAGAIN'],
  read(files) {
    const folder = topOfPids(files);
    if (folder === undefined) return undefined;
    return reading(
      parseCount(files.text(join(folder, 'pids.max'))),
      parseCount(files.text(join(folder, 'pids.current'))),
    );
  },
};

/** The total in `0.15 0.29 0.28 2/109 11723` (proc_loadavg(5)): scheduling entities, running or not. */
export function parseThreads(loadavg: string | undefined): number | undefined {
  return parseCount(/^\S+ \S+ \S+ \d+\/(\d+) \d+\s*$/.exec(loadavg ?? '')?.[1]);
}

function threads(files: LimitFiles): number | undefined {
  return parseThreads(files.text('/proc/loadavg'));
}

function topOfPids(files: LimitFiles): string | undefined {
  const layout = cgroupLayout(files);
  return layout?.v1.pids ?? layout?.unified;
}

/** `undefined` where no control groups are mounted. */
export function cgroupLayout(files: LimitFiles): CgroupLayout | undefined {
  const mountinfo = files.text('/proc/self/mountinfo');
  if (mountinfo === undefined) return undefined;
  try {
    return parseCgroupLayout(mountinfo, () => []);
  } catch {
    return undefined;
  }
}
