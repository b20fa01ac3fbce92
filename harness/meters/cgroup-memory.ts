import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { controllerFolder, type Cgroup } from '../host/cgroup.ts';

/**
 * What a control group is charged, in bytes. The kinds do not overlap; their sum falls short of the total by what the
 * kernel charges in batches ahead of use. A kind that the kernel does not report is `undefined`.
 */
export interface CgroupMemory {
  totalBytes: number;
  /** The highest total so far; cgroup v2 has it since Linux 5.19. */
  peakBytes: number | undefined;
  /** Anonymous memory. */
  anonBytes: number;
  /** Page cache of files, without tmpfs and shared memory. */
  fileBytes: number;
  /** tmpfs, shared anonymous memory and memfd. */
  shmemBytes: number;
  /** Slab, kernel stacks, page tables, per-CPU data, socket buffers and the like, as far as they are charged. */
  kernelBytes: number | undefined;
}

/** Contents of a group's memory files; `undefined` where the file does not exist. */
export interface MemoryFiles {
  usage: string;
  peak: string | undefined;
  stat: string;
  kernel: string | undefined;
}

/** cgroup v1: memory.usage_in_bytes, memory.max_usage_in_bytes, memory.stat, memory.kmem.usage_in_bytes (cgroup-v1/memory.rst). */
export function parseMemoryV1(files: MemoryFiles): CgroupMemory {
  const stat = parseStat(files.stat);
  const shmemBytes = stat.get('total_shmem') ?? 0;
  return {
    totalBytes: Number(files.usage),
    peakBytes: optionalNumber(files.peak),
    anonBytes: stat.get('total_rss') ?? 0,
    fileBytes: (stat.get('total_cache') ?? 0) - shmemBytes,
    shmemBytes,
    kernelBytes: optionalNumber(files.kernel),
  };
}

/** cgroup v2: memory.current, memory.peak, memory.stat (cgroup-v2.rst, "Memory Interface Files"). */
export function parseMemoryV2(files: Omit<MemoryFiles, 'kernel'>): CgroupMemory {
  const stat = parseStat(files.stat);
  const shmemBytes = stat.get('shmem') ?? 0;
  return {
    totalBytes: Number(files.usage),
    peakBytes: optionalNumber(files.peak),
    anonBytes: stat.get('anon') ?? 0,
    fileBytes: (stat.get('file') ?? 0) - shmemBytes,
    shmemBytes,
    kernelBytes:
      stat.get('kernel') === undefined
        ? sumOf(stat, ['kernel_stack', 'pagetables', 'percpu', 'slab', 'sock', 'vmalloc'])
        : sumOf(stat, ['kernel', 'sock']),
  };
}

/** `key value` lines, as memory.stat and cpu.stat have them. */
export function parseStat(text: string): Map<string, number> {
  const stat = new Map<string, number>();
  for (const line of text.split('\n')) {
    const match = /^(\S+) (\d+)$/.exec(line);
    if (match?.[1] !== undefined) stat.set(match[1], Number(match[2]));
  }
  return stat;
}

/** Before Linux 5.18 memory.stat has the parts of `kernel` but not their sum; `sock` is charged beside them. */
function sumOf(stat: Map<string, number>, keys: string[]): number | undefined {
  const found = keys.flatMap((key) => stat.get(key) ?? []);
  return found.length === 0 ? undefined : found.reduce((sum, bytes) => sum + bytes, 0);
}

function optionalNumber(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text);
}

/** Reads the group's charge. `undefined` where this host has no memory controller. */
export async function readCgroupMemory(group: Cgroup): Promise<CgroupMemory | undefined> {
  const place = controllerFolder(group, 'memory');
  if (place === undefined) return undefined;
  const read = (file: string): Promise<string> => readFile(join(place.folder, file), 'utf8');
  const readIfThere = (file: string): Promise<string | undefined> => read(file).catch(() => undefined);
  if (place.version === 1) {
    const [usage, peak, stat, kernel] = await Promise.all([
      read('memory.usage_in_bytes'),
      readIfThere('memory.max_usage_in_bytes'),
      read('memory.stat'),
      readIfThere('memory.kmem.usage_in_bytes'),
    ]);
    return parseMemoryV1({ usage, peak, stat, kernel });
  }
  const [usage, peak, stat] = await Promise.all([
    read('memory.current'),
    readIfThere('memory.peak'),
    read('memory.stat'),
  ]);
  return parseMemoryV2({ usage, peak, stat });
}
