import { describe, expect, it } from 'vitest';
import type { Examiner, Finding } from '../../../harness/host/checks/check.ts';
import { allowedCpusFinding } from '../../../harness/host/checks/caller.ts';
import { writableFinding } from '../../../harness/host/checks/resources.ts';
import { examineBeforeRun } from '../../../harness/host/preflight.ts';
import { processRunner } from '../../../harness/process/runner.ts';
import type { RuntimeKind } from '../../../results/record.ts';

const context = { runner: processRunner, signal: new AbortController().signal };
const containers: ReadonlySet<RuntimeKind> = new Set(['container']);

function examiner(finding: Finding, stops: RuntimeKind[] = ['container']): Examiner {
  return { id: 'overlay', title: 'overlayfs', needed: true, stops, examine: () => finding };
}

describe('before anything boots', () => {
  it('what runtimes of this kind cannot boot without is named, with what to do', async () => {
    const missing = examiner({
      state: 'missing',
      found: 'does not mount',
      reason: 'EPERM',
      fix: 'modprobe overlay',
    });
    await expect(examineBeforeRun(context, containers, [missing])).rejects.toMatchObject({
      kind: 'host',
      code: 'host-lacks',
      message: 'nothing was booted: overlayfs: does not mount (EPERM)',
      hint: 'modprobe overlay; twinboot doctor shows all of it',
    });
  });

  it('what only others need is not asked', async () => {
    const missing = examiner({ state: 'missing', found: 'does not mount' });
    expect(await examineBeforeRun(context, new Set(['vm']), [missing])).toEqual([]);
  });

  it('what costs a part of the figures is for the record, and stops nothing', async () => {
    const partial = examiner({
      state: 'missing',
      found: 'v2',
      costs: 'memory.* has no values',
      fix: 'boot another',
    });
    expect(await examineBeforeRun(context, containers, [partial])).toEqual([
      { code: 'host-lacks', message: 'overlayfs: v2, so memory.* has no values; boot another' },
    ]);
  });

  it('an interrupt is one, whatever the check that it stopped has found', async () => {
    const controller = new AbortController();
    const stopped: Examiner = {
      ...examiner({ state: 'ok', found: '' }),
      examine: () => {
        controller.abort();
        return { state: 'missing', found: 'none', reason: 'losetup was stopped by an interrupt' };
      },
    };
    const interrupted = examineBeforeRun({ ...context, signal: controller.signal }, containers, [stopped]);
    await expect(interrupted).rejects.toMatchObject({
      code: 'interrupted',
      message: 'stopped while looking at overlayfs',
    });
  });

  it('what is as it should be is not mentioned', async () => {
    expect(await examineBeforeRun(context, containers, [examiner({ state: 'ok', found: 'mounts' })])).toEqual(
      [],
    );
  });
});

describe('what the caller leaves to twinboot', () => {
  it('is every CPU, or it is said', () => {
    expect(allowedCpusFinding('0-3', '0-3')).toEqual({ state: 'ok', found: 'all: 0-3' });
    expect(allowedCpusFinding('0', '0-3')).toMatchObject({
      found: '0 of 0-3',
      costs: 'instances run on these alone',
    });
  });
});

describe('where instances write', () => {
  it('is a disk, or it is said that memory.total holds it', () => {
    expect(writableFinding({ folder: '/var/lib', isInMemory: false }).state).toBe('ok');
    expect(writableFinding({ folder: '/var/tmp', isInMemory: true }).costs).toContain('part of memory.total');
  });
});
