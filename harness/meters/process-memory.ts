import { readFileSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';

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

/** `undefined` for a kernel thread, whose file is empty, or a kernel without the Pss_* fields (before 5.9). */
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
].map((name) => new RegExp(`^${name}:\\s+(\\d{1,15}) kB$`, 'm'));

/**
 * Reads the processes named; those that ended meanwhile, and kernel threads, are left out. The kernel makes these files while
 * they are read, so there is nothing to wait for: each is read at once, which spares the 64 KiB that a read in the thread pool
 * takes for a file of unknown size. Between two of them everything else has its turn.
 */
export async function readProcessMemory(pids: readonly number[]): Promise<ProcessMemory[]> {
  const read: ProcessMemory[] = [];
  for (const pid of pids) {
    const process = readOne(pid);
    if (process !== undefined) read.push(process);
    await nextTurn();
  }
  return read;
}

function readOne(pid: number): ProcessMemory | undefined {
  try {
    const rollup = parseSmapsRollup(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'));
    if (rollup === undefined) return undefined;
    return { pid, name: readFileSync(`/proc/${pid}/comm`, 'utf8').trim(), ...rollup };
  } catch {
    return undefined;
  }
}
