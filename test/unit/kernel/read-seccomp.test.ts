import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { packageRoot } from '../../../core/package-root.ts';
import { readSeccomp } from '../../../harness/kernel/read-seccomp.ts';
import { judgeCall } from '../../../harness/kernel/seccomp.ts';
import { processRunner } from '../../../harness/process/runner.ts';

const canTrace = process.getuid?.() === 0 && process.platform === 'linux';

/** `A = nr; 999: errno 5; allow`, and the same with 998: errno 6. */
const filter = (call: number, errno: number): string => {
  const bytes = Buffer.alloc(32);
  bytes.writeUInt16LE(0x20, 0);
  bytes.writeUInt16LE(0x15, 8);
  bytes.writeUInt8(1, 11);
  bytes.writeUInt32LE(call, 12);
  bytes.writeUInt16LE(0x06, 16);
  bytes.writeUInt32LE(0x00050000 | errno, 20);
  bytes.writeUInt16LE(0x06, 24);
  bytes.writeUInt32LE(0x7fff0000, 28);
  return bytes.toString('hex');
};

describe('readSeccomp', () => {
  let child: ChildProcess | undefined;

  async function start(...filters: string[]): Promise<number> {
    const program = join(packageRoot(), 'test/fixtures/programs/filtered.pl');
    child = spawn('perl', [program, ...filters], { stdio: ['ignore', 'pipe', 'inherit'] });
    if (child.stdout !== null) await once(child.stdout, 'data');
    return child.pid ?? 0;
  }

  beforeEach(({ skip }) => skip(!canTrace, 'reading filters needs root'));
  afterEach(() => {
    child?.kill('SIGKILL');
    child = undefined;
  });

  it('of a process with two filters: both, the newest first, and the process goes on', async () => {
    const pid = await start(filter(999, 5), filter(998, 6));
    const read = await readSeccomp(processRunner, pid);
    if ('unread' in read) throw new Error(read.unread);
    expect(read.filters.length).toBe(2);
    expect(judgeCall(read.filters.slice(0, 1), 998)).toEqual({ kind: 'errno', errno: 6 });
    expect(judgeCall(read.filters, 999)).toEqual({ kind: 'errno', errno: 5 });
    expect(judgeCall(read.filters, 0)).toEqual({ kind: 'allow' });
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    expect(status).toMatch(/^TracerPid:\s+0$/m);
    expect(status).toMatch(/^State:\s+S/m);
  });

  it('of a process without one: none', async () => {
    expect(await readSeccomp(processRunner, await start())).toEqual({ filters: [] });
  });

  it('of a process that is gone: why', async () => {
    expect(await readSeccomp(processRunner, 2 ** 22 - 1)).toEqual({
      unread: 'PTRACE_SEIZE: No such process',
    });
  });
});
