import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { packageRoot } from '../../../core/package-root.ts';
import { readFilters } from '../../../harness/meters/seccomp-filters.ts';
import { judgeCall } from '../../../harness/parse/seccomp.ts';
import { refusing } from '../../fixtures/programs/filters.ts';

const canTrace = process.getuid?.() === 0 && process.platform === 'linux';

describe('readFilters', () => {
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
    const pid = await start(refusing(999, 5), refusing(998, 6));
    const read = await readFilters(pid);
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
    expect(await readFilters(await start())).toEqual({ filters: [] });
  });

  it('of a process that is gone: why', async () => {
    expect(await readFilters(2 ** 22 - 1)).toEqual({
      unread: 'PTRACE_SEIZE: No such process',
    });
  });
});
