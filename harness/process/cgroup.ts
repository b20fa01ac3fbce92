import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { errnoOf, hostError, TwinbootError } from '../../core/error.ts';
import type { CleanupRegistry, Lease } from './cleanup.ts';
import { unescapeOctal } from './mounts.ts';

const ROOT = '/sys/fs/cgroup';

/** v1: controllers on hierarchies of their own. hybrid: the same plus a v2 tree without controllers. v2: one tree. */
export type CgroupMode = 'v1' | 'hybrid' | 'v2';

/** Where this host's control groups are mounted (cgroups(7)). */
export interface CgroupLayout {
  mode: CgroupMode;
  /** The v2 tree, where there is one. */
  unified?: string;
  /** v1 hierarchies by controller or name: `memory`, `cpu`, `systemd`; a folder once for each name it serves. */
  v1: Record<string, string>;
  /** Controllers that the v2 tree offers at its root. */
  v2Controllers: string[];
}

interface CgroupMount {
  path: string;
  version: 1 | 2;
  options: string[];
}

/** Reads the layout from a mountinfo file. Errors: `no-cgroup` where none is mounted. */
export function parseCgroupLayout(
  mountinfo: string,
  v2Controllers: (unified: string) => string[],
): CgroupLayout {
  const mounts = mountinfo.split('\n').flatMap(parseCgroupMount);
  const unified = mounts.find((mount) => mount.version === 2)?.path;
  const hierarchies = new Map<string, string>();
  for (const mount of mounts) {
    if (mount.version === 2) continue;
    for (const option of mount.options) {
      const name = option.startsWith('name=') ? option.slice('name='.length) : option;
      const isOurs = V1_CONTROLLERS.has(name) || option.startsWith('name=');
      if (isOurs && !hierarchies.has(name)) hierarchies.set(name, mount.path);
    }
  }
  const v1: Record<string, string> = Object.fromEntries(hierarchies);
  if (unified === undefined && Object.keys(v1).length === 0) {
    throw hostError('no-cgroup', 'no control group file system is mounted', {
      hint: `mount -t cgroup2 cgroup2 ${ROOT}`,
    });
  }
  // Beside a v2 tree, a v1 hierarchy without the memory controller (net_cls for a VPN) is somebody else's affair; but
  // systemd's tools make a group of the same name in the one named after it, which nobody else would take away.
  const mode: CgroupMode = unified === undefined ? 'v1' : hierarchies.has('memory') ? 'hybrid' : 'v2';
  const systemd = hierarchies.get('systemd');
  const named = systemd === undefined ? {} : { systemd };
  return {
    mode,
    ...(unified === undefined ? {} : { unified }),
    v1: mode === 'v2' ? named : v1,
    v2Controllers: unified === undefined ? [] : v2Controllers(unified),
  };
}

const V1_CONTROLLERS = new Set([
  'blkio',
  'cpu',
  'cpuacct',
  'cpuset',
  'devices',
  'freezer',
  'hugetlb',
  'memory',
  'net_cls',
  'net_prio',
  'perf_event',
  'pids',
]);

function parseCgroupMount(line: string): CgroupMount[] {
  const [front, back] = line.split(' - ');
  const mountPoint = front?.split(' ')[4];
  const [type, , options] = back?.split(' ') ?? [];
  if (mountPoint === undefined || options === undefined) return [];
  const path = unescapeOctal(mountPoint);
  if (type === 'cgroup2') return [{ path, version: 2, options: [] }];
  return type === 'cgroup' ? [{ path, version: 1, options: options.split(',') }] : [];
}

export function readCgroupLayout(): CgroupLayout {
  return parseCgroupLayout(readFileSync('/proc/self/mountinfo', 'utf8'), (unified) =>
    readFileSync(join(unified, 'cgroup.controllers'), 'utf8').split(/\s+/).filter(Boolean),
  );
}

/** One group of the same name in every hierarchy. */
export interface Cgroup {
  layout: CgroupLayout;
  /** Path below each hierarchy's root. */
  name: string;
  /** Absolute folders, one for each hierarchy. */
  folders: string[];
}

/** Where a group of this name lies; makes nothing. */
export function cgroupNamed(layout: CgroupLayout, name: string): Cgroup {
  const roots = new Set([
    ...Object.values(layout.v1),
    ...(layout.unified === undefined ? [] : [layout.unified]),
  ]);
  return { layout, name, folders: [...roots].map((root) => join(root, name)) };
}

/** The folder of a group that holds a v1 controller's files, or the v2 folder where v2 has the controller. */
export function controllerFolder(
  group: Cgroup,
  controller: string,
): { version: 1 | 2; folder: string } | undefined {
  const v1 = group.layout.v1[controller];
  if (v1 !== undefined) return { version: 1, folder: join(v1, group.name) };
  if (group.layout.unified === undefined || !group.layout.v2Controllers.includes(controller))
    return undefined;
  return { version: 2, folder: join(group.layout.unified, group.name) };
}

/**
 * Registers the group for removal and makes it. Errors: those of `createCgroup`; a group that is somebody else's is
 * struck off again, since removing it would kill what is in it.
 */
export function makeCgroup(cleanup: CleanupRegistry, group: Cgroup): Lease {
  const lease = cleanup.register({ kind: 'cgroup', folders: group.folders });
  try {
    createCgroup(group);
    return lease;
  } catch (error) {
    if (error instanceof TwinbootError && error.code === 'cgroup-taken') lease.forget();
    throw error;
  }
}

/**
 * Makes the group in every hierarchy, ready to hold processes and groups of its own. The parent's controllers are
 * handed down on v2 (cgroup-v2.rst, "Enabling and Disabling"); on v1 cpuset starts empty and takes no process until
 * it has CPUs and memory nodes (cpuset(7)). Errors (host): `cgroup-taken` where there is one of this name, whose
 * processes and limits would be somebody else's; `cgroup-not-writable` with what to do.
 */
export function createCgroup(group: Cgroup): void {
  try {
    makeFolders(group.folders);
    enableControllers(group);
    fillCpuset(group);
  } catch (error) {
    if (error instanceof TwinbootError) throw error;
    throw hostError(
      'cgroup-not-writable',
      `cannot make the control group ${group.name}: ${errnoOf(error) ?? String(error)}`,
      {
        hint: 'run twinboot as root on the host itself, or give the container that it runs in a writable cgroup tree',
        cause: error,
      },
    );
  }
}

function makeFolders(folders: readonly string[]): void {
  for (const folder of folders) mkdirSync(dirname(folder), { recursive: true });
  const made: string[] = [];
  for (const folder of folders) {
    if (!makeFolder(folder)) {
      for (const own of made) rmdirSync(own);
      throw hostError('cgroup-taken', `there is a control group ${folder} that twinboot has not made`, {
        hint: 'twinboot clean removes what earlier runs left; what it leaves there is somebody else’s',
      });
    }
    made.push(folder);
  }
}

/** Makes one folder; `false` where it was there. */
function makeFolder(folder: string): boolean {
  try {
    mkdirSync(folder);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return false;
    throw error;
  }
}

function enableControllers(group: Cgroup): void {
  const { unified, v2Controllers } = group.layout;
  if (unified === undefined || v2Controllers.length === 0) return;
  const wanted = v2Controllers.map((controller) => `+${controller}`).join(' ');
  let folder = unified;
  for (const part of group.name.split('/')) {
    writeFileSync(join(folder, 'cgroup.subtree_control'), wanted);
    folder = join(folder, part);
  }
}

/** On v1: gives a new group its parent's CPUs and memory nodes, where it has none. */
export function fillCpuset(group: Cgroup): void {
  const root = group.layout.v1.cpuset;
  if (root === undefined) return;
  let folder = root;
  for (const part of group.name.split('/')) {
    for (const file of ['cpuset.cpus', 'cpuset.mems']) {
      const value = readFileSync(join(folder, file), 'utf8').trim();
      const own = join(folder, part, file);
      if (existsSync(own) && readFileSync(own, 'utf8').trim() === '') writeFileSync(own, value);
    }
    folder = join(folder, part);
  }
}

const CPU_PERIOD_US = 100_000;

/** Of a kernel without swap accounting, which has no such file, the group is like any other. */
function keepFromSwapping({ version, folder }: { version: 1 | 2; folder: string }): void {
  const file = join(folder, version === 1 ? 'memory.swappiness' : 'memory.swap.max');
  if (existsSync(file)) writeFileSync(file, '0');
}

const FEWEST_TASKS = 4096;
const BYTES_PER_TASK = 128 * 1024;

/**
 * How many processes and threads an instance may have: 4,096, or one for every 128 KiB of its memory where that is
 * more. No distribution's boot comes near, and no host runs out of pids by it.
 */
export function maxTasks(memoryBytes: number): number {
  return Math.max(FEWEST_TASKS, Math.floor(memoryBytes / BYTES_PER_TASK));
}

/**
 * Limits what the group's processes may use together: memory.max and cpu.max (v2), memory.limit_in_bytes and
 * cpu.cfs_quota_us (v1), pids.max (both). A controller that the host does not have limits nothing. Nor are they swapped
 * out, as what is swapped out is charged no longer, and an instance would look smaller the shorter of memory its host
 * is.
 */
export function limitCgroup(group: Cgroup, limits: { memoryBytes: number; cpus: number }): void {
  const memory = controllerFolder(group, 'memory');
  if (memory !== undefined) {
    const file = memory.version === 1 ? 'memory.limit_in_bytes' : 'memory.max';
    writeFileSync(join(memory.folder, file), String(limits.memoryBytes));
    keepFromSwapping(memory);
  }
  const pids = controllerFolder(group, 'pids');
  if (pids !== undefined) writeFileSync(join(pids.folder, 'pids.max'), String(maxTasks(limits.memoryBytes)));
  // A quota as large as the host costs its bookkeeping and limits nothing.
  const cpu = limits.cpus >= availableParallelism() ? undefined : controllerFolder(group, 'cpu');
  if (cpu === undefined) return;
  const quotaUs = Math.round(limits.cpus * CPU_PERIOD_US);
  if (cpu.version === 2) writeFileSync(join(cpu.folder, 'cpu.max'), `${quotaUs} ${CPU_PERIOD_US}`);
  else {
    writeFileSync(join(cpu.folder, 'cpu.cfs_period_us'), String(CPU_PERIOD_US));
    writeFileSync(join(cpu.folder, 'cpu.cfs_quota_us'), String(quotaUs));
  }
}
