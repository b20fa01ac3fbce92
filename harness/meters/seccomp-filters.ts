import { join } from 'node:path';
import { messageOf } from '../../core/error.ts';
import { packageRoot } from '../../core/package-root.ts';
import { processRunner, type ProcessRunner } from '../process/runner.ts';
import { parseInstructions, type Filters } from '../parse/seccomp.ts';

/**
 * Reads the filters of a process with PTRACE_SECCOMP_GET_FILTER (Linux 4.4): perl makes the system calls, as it does
 * for id-mapped mounts. The process stands still for some 100 µs. Never throws.
 */
export async function readFilters(pid: number, runner: ProcessRunner = processRunner): Promise<Filters> {
  const program = join(packageRoot(), 'harness/meters/seccomp-filters.pl');
  try {
    const { exitCode, stdout, stderr } = await runner.run('perl', [program, String(pid)], {
      allowFailure: true,
    });
    if (exitCode !== 0) return { unread: reasonOf(stderr.trim()) };
    const lines = stdout.split('\n').filter((line) => line !== '');
    return { filters: lines.map((line) => parseInstructions(Buffer.from(line, 'hex'))).reverse() };
  } catch (error) {
    return { unread: messageOf(error) };
  }
}

/** What to do about it, in the words of ptrace(2). */
function reasonOf(said: string): string {
  if (/GET_FILTER: (Input\/output error|Invalid argument)/.test(said))
    return `${said}: the kernel lacks CONFIG_CHECKPOINT_RESTORE`;
  if (said.includes('GET_FILTER: Permission denied'))
    return `${said}: twinboot itself is filtered, or lacks CAP_SYS_ADMIN`;
  return said === '' ? 'the process did not stop to be read' : said;
}
