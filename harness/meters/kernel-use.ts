import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { hostError } from '../../core/error.ts';
import { packageRoot } from '../../core/package-root.ts';
import { plainLine } from '../../core/text.ts';
import type { Cgroup } from '../process/cgroup.ts';
import { withDeadline } from '../process/deadline.ts';
import { searchPath } from '../process/search-path.ts';

type KernelPart = 'calls' | 'functions';

export const NO_KERNEL_COUNTS = 'no-kernel-counts';

/** Counts while it lives; it ends with twinboot, however that ends. */
export interface KernelUseCounter<Used> {
  /** What was used since it was read last. Errors: `no-kernel-counts`. */
  read(): Promise<Used>;
  end(): Promise<void>;
}

/** Attaching to each of 50,000 functions is one system call of the kernel's own pace. */
const ANSWER_DEADLINE_MS = 300_000;

/**
 * Counts the system calls, by number, of a group's processes, by BPF (`kernel-use.pl`). Nothing is lost, and tasks
 * outside the group are not counted; each call of theirs takes a look at the group longer meanwhile. Errors:
 * `no-kernel-counts` (host), where the host has no v2 groups or its kernel refuses.
 */
export function countCalls(group: Cgroup): Promise<KernelUseCounter<Map<string, number>>> {
  return count('calls', group, (lines) => new Map(lines.map(parseCount)));
}

/** Tells which functions of the kernel a group's processes call, by name. Errors as those of `countCalls`. */
export function countFunctions(group: Cgroup): Promise<KernelUseCounter<Set<string>>> {
  return count('functions', group, (lines) => new Set(lines));
}

async function count<Used>(
  part: KernelPart,
  group: Cgroup,
  parse: (lines: string[]) => Used,
): Promise<KernelUseCounter<Used>> {
  const { unified } = group.layout;
  if (unified === undefined)
    throw failure(part, 'this host has no cgroup v2, by which the kernel knows its tasks');
  const counting = spawn('perl', [program(), part, join(unified, group.name)], {
    cwd: '/',
    env: { PATH: searchPath(), LC_ALL: 'C' },
    // Ctrl-C in the terminal reaches twinboot alone.
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  counting.stdin.on('error', () => undefined);
  let said = '';
  counting.stderr.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-2000)));
  const ended = new Promise<never>((_, reject) => {
    counting.once('error', (error) => reject(failure(part, error.message)));
    counting.once('close', () => reject(failure(part, plainLine(said.trim()) || 'perl ended')));
  });
  const closed = ended.catch(() => undefined);
  const lines = createInterface({ input: counting.stdout })[Symbol.asyncIterator]();

  async function until(last: string): Promise<string[]> {
    const before: string[] = [];
    for (;;) {
      const line = await lines.next();
      if (line.done === true) return ended;
      if (line.value === last) return before;
      before.push(line.value);
    }
  }

  const answer = (last: string): Promise<string[]> =>
    withDeadline(Promise.race([until(last), ended]), ANSWER_DEADLINE_MS, () =>
      failure(part, `no answer within ${ANSWER_DEADLINE_MS / 1000} s`),
    );
  const end = async (): Promise<void> => {
    counting.kill('SIGKILL');
    await closed;
  };
  try {
    await answer('counting');
  } catch (error) {
    await end();
    throw error;
  }
  return {
    async read() {
      counting.stdin.write('\n');
      return parse(await answer('end'));
    },
    end,
  };
}

function parseCount(line: string): [string, number] {
  const [what = '', count = ''] = line.split(' ');
  return [what, Number(count)];
}

function failure(part: KernelPart, reason: string): Error {
  return hostError(NO_KERNEL_COUNTS, `the kernel's ${part} cannot be counted: ${reason}`, {
    hint: 'as root of the host: cgroup v2, BPF, and for functions Linux 6.5 with CONFIG_FPROBE and tracefs mounted',
  });
}

function program(): string {
  return join(packageRoot(), 'harness/meters/kernel-use.pl');
}
