import { readFile } from 'node:fs/promises';

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
  const field = (name: string): number | undefined => {
    const match = new RegExp(`^${name}:\\s+(\\d{1,15}) kB$`, 'm').exec(text);
    return match === null ? undefined : Number(match[1]) * 1024;
  };
  const [rss, pss, anon, file, shmem, clean, dirty] = ROLLUP_FIELDS.map(field);
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

const ROLLUP_FIELDS = ['Rss', 'Pss', 'Pss_Anon', 'Pss_File', 'Pss_Shmem', 'Private_Clean', 'Private_Dirty'];

/** Reads the processes named; those that ended meanwhile, and kernel threads, are left out. */
export async function readProcessMemory(pids: readonly number[]): Promise<ProcessMemory[]> {
  const read = await Promise.all(pids.map(readOne));
  return read.filter((process) => process !== undefined);
}

async function readOne(pid: number): Promise<ProcessMemory | undefined> {
  try {
    const [rollupText, comm] = await Promise.all([
      readFile(`/proc/${pid}/smaps_rollup`, 'utf8'),
      readFile(`/proc/${pid}/comm`, 'utf8'),
    ]);
    const rollup = parseSmapsRollup(rollupText);
    return rollup === undefined ? undefined : { pid, name: comm.trim(), ...rollup };
  } catch {
    return undefined;
  }
}
