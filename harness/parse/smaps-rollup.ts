import { wholeLine } from '../../core/text.ts';

/** The code of the error for a process whose memory cannot be read: a sum without it would be too small. */
export const PROCESS_UNREADABLE = 'process-unreadable';

/**
 * A process's memory as /proc/PID/smaps_rollup gives it, in bytes (Documentation/filesystems/proc.rst).
 * PSS counts a page shared by n processes as 1/n; USS is what only this process has.
 */
export interface MemoryRollup {
  rssBytes: number;
  pssBytes: number;
  pssAnonBytes: number;
  pssFileBytes: number;
  pssShmemBytes: number;
  ussBytes: number;
}

export interface ProcessMemory extends MemoryRollup {
  /** In the pid namespace of whoever read it. */
  pid: number;
  name: string;
}

/**
 * `undefined` for a kernel thread, whose file is empty, and where a field is missing: a kernel before 5.9 has no Pss_*.
 */
export function parseSmapsRollup(text: string): MemoryRollup | undefined {
  const [rss, pss, anon, file, shmem, clean, dirty] = ROLLUP_FIELDS.map((field) => {
    const kib = field.exec(text)?.[1];
    return kib === undefined ? undefined : Number(kib) * 1024;
  });
  if (rss === undefined || pss === undefined || clean === undefined || dirty === undefined) return undefined;
  if (anon === undefined || file === undefined || shmem === undefined) return undefined;
  return {
    rssBytes: rss,
    pssBytes: pss,
    pssAnonBytes: anon,
    pssFileBytes: file,
    pssShmemBytes: shmem,
    ussBytes: clean + dirty,
  };
}

// Made once: a fleet has thousands of these files.
const ROLLUP_FIELDS = [
  'Rss',
  'Pss',
  'Pss_Anon',
  'Pss_File',
  'Pss_Shmem',
  'Private_Clean',
  'Private_Dirty',
].map((name) => wholeLine(`${name}: +(\\d{1,15}) kB`));
