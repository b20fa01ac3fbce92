import { existsSync, readFileSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { errnoOf, hostError, TwinbootError } from '../../core/error.ts';
import { parseSmapsRollup, PROCESS_UNREADABLE, type ProcessMemory } from '../parse/smaps-rollup.ts';

/**
 * Reads the processes named; those that ended meanwhile, and kernel threads, are left out. Errors: `process-unreadable`
 * (host) where one that lives cannot be read, as a sum without it would be too small. The kernel makes these files
 * while they are read, so there is nothing to wait for: each is read at once, which spares the 64 KiB that a read in
 * the thread pool takes for a file of unknown size. Between two of them everything else has its turn.
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
    const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
    if (text === '') return undefined;
    const rollup = parseSmapsRollup(text);
    if (rollup === undefined) throw unreadable(pid, 'its kernel does not split PSS (Pss_Anon: Linux 5.9)');
    return { pid, name: readFileSync(`/proc/${pid}/comm`, 'utf8').trim(), ...rollup };
  } catch (error) {
    if (error instanceof TwinbootError) throw error;
    const errno = errnoOf(error) ?? String(error);
    if (errno === 'ESRCH' || (errno === 'ENOENT' && !existsSync(`/proc/${pid}`))) return undefined;
    throw unreadable(pid, errno);
  }
}

function unreadable(pid: number, why: string): TwinbootError {
  return hostError(PROCESS_UNREADABLE, `/proc/${pid}/smaps_rollup cannot be read: ${why}`, {
    hint: 'run twinboot with all capabilities of root, on Linux 5.9 or newer',
  });
}
