import { runError } from '../../core/error.ts';
import { plainLine } from '../../core/text.ts';

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
  /**
   * What was swapped out, part of the total although it is charged no longer: no memory is saved by a figure that
   * shrinks.
   */
  swappedBytes?: number | undefined;
  /** What a hypervisor below the host keeps of this guest beside its RAM: part of the total, charged to no group. */
  hypervisorBytes?: number | undefined;
}

/** Contents of a group's memory files; `undefined` where the file does not exist. */
export interface MemoryFiles {
  usage: string;
  peak: string | undefined;
  stat: string;
  kernel: string | undefined;
  /** cgroup v2, where the host has swap accounting. */
  swap?: string | undefined;
}

/**
 * cgroup v1: memory.usage_in_bytes, memory.max_usage_in_bytes, memory.stat, memory.kmem.usage_in_bytes
 * (cgroup-v1/memory.rst). Errors: `charge-unreadable` (run) where a file does not say what it has to.
 */
export function parseMemoryV1(files: MemoryFiles): CgroupMemory {
  const stat = parseStat(files.stat);
  const shmemBytes = required(stat, 'total_shmem');
  const swappedBytes = stat.get('total_swap');
  return {
    totalBytes: numberIn(files.usage, 'memory.usage_in_bytes') + (swappedBytes ?? 0),
    peakBytes: optionalNumber(files.peak),
    anonBytes: required(stat, 'total_rss'),
    fileBytes: required(stat, 'total_cache') - shmemBytes,
    shmemBytes,
    kernelBytes: optionalNumber(files.kernel),
    ...(swappedBytes === undefined ? {} : { swappedBytes }),
  };
}

/**
 * cgroup v2: memory.current, memory.peak, memory.stat, memory.swap.current (cgroup-v2.rst, "Memory Interface Files").
 * Errors as `parseMemoryV1`.
 */
export function parseMemoryV2(files: Omit<MemoryFiles, 'kernel'>): CgroupMemory {
  const stat = parseStat(files.stat);
  const shmemBytes = required(stat, 'shmem');
  const swappedBytes = optionalNumber(files.swap);
  return {
    totalBytes: numberIn(files.usage, 'memory.current') + (swappedBytes ?? 0),
    peakBytes: optionalNumber(files.peak),
    anonBytes: required(stat, 'anon'),
    fileBytes: required(stat, 'file') - shmemBytes,
    shmemBytes,
    ...(swappedBytes === undefined ? {} : { swappedBytes }),
    kernelBytes:
      stat.get('kernel') === undefined
        ? sumOf(stat, ['kernel_stack', 'pagetables', 'percpu', 'slab', 'sock', 'vmalloc'])
        : sumOf(stat, ['kernel', 'sock']),
  };
}

/**
 * With guest RAM that no control group is charged, though the host, or the hypervisor below it, has given all of it
 * away: it counts where guest RAM is counted, beside shared memory.
 */
export function withGuestRam(charged: CgroupMemory, ramBytes: number): CgroupMemory {
  const { totalBytes, peakBytes, shmemBytes } = charged;
  return {
    ...charged,
    totalBytes: totalBytes + ramBytes,
    peakBytes: peakBytes === undefined ? undefined : peakBytes + ramBytes,
    shmemBytes: shmemBytes + ramBytes,
  };
}

/** `key value` lines, as memory.stat and cpu.stat have them. */
export function parseStat(text: string): Map<string, number> {
  const stat = new Map<string, number>();
  for (const line of text.split('\n')) {
    const match = /^(\S+) (\d{1,20})$/.exec(line);
    if (match?.[1] !== undefined) stat.set(match[1], Number(match[2]));
  }
  return stat;
}

/** Before Linux 5.18 memory.stat has the parts of `kernel` but not their sum; `sock` is charged beside them. */
function sumOf(stat: Map<string, number>, keys: string[]): number | undefined {
  const found = keys.flatMap((key) => stat.get(key) ?? []);
  return found.length === 0 ? undefined : found.reduce((sum, bytes) => sum + bytes, 0);
}

export const CHARGE_UNREADABLE = 'charge-unreadable';

function required(stat: Map<string, number>, key: string): number {
  const found = stat.get(key);
  if (found !== undefined) return found;
  throw runError(CHARGE_UNREADABLE, `memory.stat of the control group does not have ${key}`);
}

function numberIn(text: string, file: string): number {
  const number = optionalNumber(text);
  if (number !== undefined) return number;
  throw runError(CHARGE_UNREADABLE, `${file} of the control group is no number: ${plainLine(text, 40)}`);
}

function optionalNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,18}$/.test(text.trim()) ? Number(text) : undefined;
}
