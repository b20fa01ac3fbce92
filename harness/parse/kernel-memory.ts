/** What a guest's kernel says of its memory beside /proc/meminfo, bytes. */
export interface KernelMemory {
  /** Its code, read-only data, data and bss; `undefined` where it names none, as User-Mode Linux. */
  imageBytes: number | undefined;
  /** Free pages in the lists of single CPUs, which MemFree does not count; `undefined` where it shows no lists. */
  freeListBytes: number | undefined;
}

/**
 * Asks for /proc/meminfo and for these at once, by one process: each that ends moves megabytes between the lists of its
 * CPU and MemFree. What is not of interest never crosses the channel.
 */
export const KERNEL_MEMORY_COMMAND =
  "grep -sh -E ' kB$| : Kernel |^ +count: ' /proc/meminfo /proc/iomem /proc/zoneinfo";

/** Debian's kernels for VMs have pages of this size. */
const PAGE_BYTES = 4096;

/**
 * `  0f000000-0fffffff : Kernel code` (Documentation/filesystems/proc.rst) and `              count: 1137` (proc(5),
 * zoneinfo).
 */
export function parseKernelMemory(lines: readonly string[]): KernelMemory {
  let imageBytes: number | undefined;
  let freeListBytes: number | undefined;
  for (const line of lines) {
    const range = /^ *([0-9a-f]{1,12})-([0-9a-f]{1,12}) : Kernel (?:code|rodata|data|bss)$/.exec(line);
    const [first, last] = [parseInt(range?.[1] ?? '0', 16), parseInt(range?.[2] ?? '0', 16)];
    // To whoever may not know them, all addresses are 0.
    if (last > first) imageBytes = (imageBytes ?? 0) + last - first + 1;
    const freePages = /^ +count: +(\d{1,9})$/.exec(line)?.[1];
    if (freePages !== undefined) freeListBytes = (freeListBytes ?? 0) + Number(freePages) * PAGE_BYTES;
  }
  return { imageBytes, freeListBytes };
}
