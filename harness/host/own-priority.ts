import { readFileSync, writeFileSync } from 'node:fs';
import { getPriority, setPriority } from 'node:os';
import { messageOf } from '../../core/error.ts';
import { statField } from '../parse/process-stat.ts';
import type { ProcessRunner } from '../process/runner.ts';

const ORDINARY = 0;

/**
 * Gives this process, and with it whatever it starts, the priorities of one that nobody has given any: its niceness
 * (nice(1)), scheduling policy (chrt(1)), class of disk access (ionice(1)) and rank for the kernel's killer
 * (`oom_score_adj`). An instance would inherit the caller's. Returns what could not be set, a sentence each.
 */
export async function setOrdinaryPriority(runner: ProcessRunner): Promise<string[]> {
  const pid = String(process.pid);
  const attempts: [what: string, set: () => unknown][] = [
    ['niceness', () => getPriority() !== ORDINARY && setPriority(ORDINARY)],
    ['scheduling policy', () => hasOwnPolicy() && runner.run('chrt', ['--other', '--pid', '0', pid])],
    ['class of disk access', () => runner.run('ionice', ['--class', 'none', '--pid', pid])],
    ['oom_score_adj', () => writeFileSync('/proc/self/oom_score_adj', '0')],
  ];
  const failed: string[] = [];
  for (const [what, set] of attempts) {
    try {
      await set();
    } catch (error) {
      failed.push(`instances have the caller's ${what}: it could not be set (${messageOf(error)})`);
    }
  }
  return failed;
}

/** Field 41 of /proc/self/stat, `policy`: SCHED_OTHER is 0 (proc(5), sched(7)). */
function hasOwnPolicy(): boolean {
  return statField(readFileSync('/proc/self/stat', 'utf8'), 41) !== '0';
}
