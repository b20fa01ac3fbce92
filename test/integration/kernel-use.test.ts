import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HostContext } from '../../harness/host/context.ts';
import { countCalls, countFunctions, type KernelUseCounter } from '../../harness/meters/kernel-use.ts';
import { cgroupNamed, makeCgroup, type Cgroup } from '../../harness/process/cgroup.ts';
import { openTestHost } from './support.ts';

const ACCT = '163';
const FUNCTIONS = '/sys/kernel/tracing/available_filter_functions_addrs';

describe('what a control group’s tasks use of the kernel', () => {
  let host: HostContext;
  let group: Cgroup;

  beforeAll(() => {
    host = openTestHost('kernel-use', 'test of kernel-use');
    group = cgroupNamed(host.cgroups, `twinboot-test-kernel-use-${process.pid}`);
    makeCgroup(host.cleanup, group);
  });
  afterAll(async () => expect(await host.cleanup.releaseAll()).toEqual([]));

  /** acct(2) that is refused for its path: no other program calls it. */
  function callAcct(times: number, where: 'inside' | 'outside'): void {
    const enter =
      where === 'inside' ? `echo 0 >'${join(host.cgroups.unified ?? '', group.name)}/cgroup.procs';` : '';
    const program = `exec perl -e 'my $path = "/no/such/file"; syscall(${ACCT}, $path) for 1 .. ${times}'`;
    execFileSync('sh', ['-c', `${enter} ${program}`]);
  }

  async function counting<Used>(
    count: (group: Cgroup) => Promise<KernelUseCounter<Used>>,
    use: (counter: KernelUseCounter<Used>) => Promise<void>,
  ): Promise<void> {
    const counter = await count(group);
    try {
      await use(counter);
    } finally {
      await counter.end();
    }
  }

  it('is every system call, counted by the kernel, and none of other tasks', async () => {
    await counting(countCalls, async (counter) => {
      callAcct(50, 'inside');
      callAcct(7, 'outside');
      expect((await counter.read()).get(ACCT)).toBe(50);
      callAcct(3, 'inside');
      expect((await counter.read()).get(ACCT)).toBe(3);
      callAcct(7, 'outside');
      expect((await counter.read()).get(ACCT)).toBeUndefined();
    });
  });

  it('is every function that was called, where the kernel can trace its functions', async (context) => {
    if (!existsSync(FUNCTIONS)) context.skip(`${FUNCTIONS} is not there`);
    await counting(countFunctions, async (counter) => {
      callAcct(7, 'outside');
      expect(await counter.read()).not.toContain('__x64_sys_acct');
      callAcct(5, 'inside');
      // Within this the functions seen so far are let go.
      await setTimeout(20_000);
      callAcct(5, 'inside');
      const used = await counter.read();
      expect(used).toContain('__x64_sys_acct');
      expect(used.size).toBeGreaterThan(100);
      callAcct(5, 'inside');
      expect(await counter.read()).toContain('__x64_sys_acct');
      expect(await counter.read()).not.toContain('__x64_sys_acct');
    });
  });

  it('cannot be counted of a group that is gone, which is said', async () => {
    const gone = cgroupNamed(host.cgroups, 'twinboot-test-no-such-group');
    await expect(countCalls(gone)).rejects.toMatchObject({
      code: 'no-kernel-counts',
      message: expect.stringContaining('No such file') as string,
    });
  });
});
