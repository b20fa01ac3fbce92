import { describe, expect, it } from 'vitest';
import { runError } from '../../../core/error.ts';
import { CHARGE_UNREADABLE } from '../../../harness/parse/cgroup-memory.ts';
import { gatherers, readAvailableBytes, type Observed } from '../../../harness/observe/observe.ts';
import type { RuntimeKind } from '../../../results/record.ts';
import {
  capturedAnswer,
  manualInstance,
  SOME_MEMORY,
  type Answers,
  type ManualInstance,
  type Script,
} from '../../fixtures/guest/instance.ts';
import { capturedLines } from '../../fixtures/guest/captured.ts';
import { READY } from '../../fixtures/guest/wire.ts';

/** An instance that was ready 9 s after t0, when its clock stood at 5 s. */
async function observed(
  script: Script & { kind: RuntimeKind },
): Promise<Observed & { instance: ManualInstance }> {
  const instance = manualInstance(script);
  instance.clock.advance(1050);
  if (script.kind === 'vm') instance.show('kernel');
  instance.clock.advance(7900);
  instance.show('multi-user');
  instance.clock.advance(50);
  instance.wire.say(READY);
  const ready = await instance.agent.ready;
  return { instance, ready, availableBeforeBytes: 2 ** 50 };
}

/** Every question answered as it was captured, but for these. */
function but(kind: RuntimeKind, answers: Record<string, string[] | number>): Answers {
  const usual = capturedAnswer(kind);
  return (question) => answers[question] ?? usual(question);
}

describe('timing', () => {
  it('of a VM: the console, the offset from the exchanges, and the initrd by the kernel’s log', async () => {
    expect(await gatherers.timing(await observed({ kind: 'vm' }))).toEqual({
      spawnMs: 2,
      kernelMs: 1050,
      consoleMultiUserMs: 8950,
      readyMs: 9000,
      commandMs: 9001,
      cpuMs: 700,
      peakBytes: 60_000_000,
      stalledMs: 0,
      starts: 1,
      // It is 4000 ms, and each question takes a millisecond to the guest.
      guestOffsetMs: 3999.4995,
      guestOffsetErrorMs: expect.closeTo(0.5005, 6) as number,
      initrdGuestMs: 5055.066,
    });
  });

  it('of a container: no kernel and no initrd, and the host’s own clock, exactly', async () => {
    const watched = await observed({ kind: 'container' });
    const instance = { ...watched.instance, t0Ns: 2_000_000n };
    expect(await gatherers.timing({ ...watched, instance })).toMatchObject({
      kernelMs: undefined,
      readyMs: 8998,
      guestOffsetMs: -2,
      guestOffsetErrorMs: 0,
      initrdGuestMs: undefined,
    });
    expect(watched.instance.done).not.toContain('kernel-milestones');
  });

  it.each([
    ['no initrd', []],
    ['a kernel log that may not be read', ['dmesg: read kernel buffer failed: Operation not permitted']],
    ['a time that is none', ['[ 99999999999.000000] Run /init as init process']],
    ['another line', ['[    5.055066] Run /sbin/init as init process']],
  ])('of a VM with %s: the rung is missing', async (_, lines) => {
    const answer = but('vm', { 'kernel-milestones': lines });
    expect(await gatherers.timing(await observed({ kind: 'vm', answer }))).toMatchObject({
      initrdGuestMs: undefined,
    });
  });

  it('fails where the first command fails inside the guest, with what it said', async () => {
    const answer = but('vm', { exec: 127 });
    await expect(gatherers.timing(await observed({ kind: 'vm', answer }))).rejects.toMatchObject({
      code: 'agent-question-failed',
      message: '"exec" failed inside the guest (exit 127): went wrong',
    });
  });
});

describe('memory', () => {
  it('is read once it has settled, with what the host lost meanwhile', async () => {
    const watched = await observed({ kind: 'container' });
    expect(await gatherers.memory(watched)).toEqual({
      cgroup: SOME_MEMORY,
      processes: [],
      guestRam: undefined,
      hostDeltaBytes: expect.any(Number) as number,
      settledAfterMs: 2500,
      settled: true,
    });
    expect(watched.instance.done).toEqual([]);
  });

  it('whose charge cannot be read has none, with the reason; times are read all the same', async () => {
    const watched = await observed({ kind: 'container' });
    const memory = () => Promise.reject(runError(CHARGE_UNREADABLE, 'memory.stat does not say anon'));
    const instance = { ...watched.instance, meters: { ...watched.instance.meters, memory } };
    const chargeMissing = 'memory.stat does not say anon';
    expect(await gatherers.memory({ ...watched, instance })).toMatchObject({
      cgroup: undefined,
      chargeMissing,
    });
    expect(await gatherers.timing({ ...watched, instance })).toMatchObject({ peakBytes: undefined });
  });

  it('the host’s MemAvailable is some of its memory', async ({ skip }) => {
    skip(process.platform !== 'linux', 'this system has no /proc');
    expect(await readAvailableBytes()).toBeGreaterThan(1e6);
  });
});

describe('the view from inside', () => {
  it('is the guest’s meminfo and its processes', async () => {
    const { meminfo, processes } = await gatherers.inside(await observed({ kind: 'vm' }));
    expect(meminfo.get('MemTotal')).toBe(474_564 * 1024);
    expect(processes).toHaveLength(18);
  });

  it('of a VM has what its kernel says beside meminfo; a container’s kernel is the host’s', async () => {
    const exec = capturedLines('waterfall-qemu', 'kernel-memory.txt');
    const vm = await observed({ kind: 'vm', answer: but('vm', { exec }) });
    const inside = await gatherers.inside(vm);
    expect(inside.kernel).toMatchObject({ freeListBytes: (1244 + 896) * 4096 });
    expect(inside.meminfo.get('MemTotal')).toBe(474_564 * 1024);
    expect(vm.instance.done.slice(-3)).toEqual(['exec', 'meminfo', 'processes']);

    const atOnce = await observed({ kind: 'vm', answer: but('vm', { exec: ['MemTotal: 7 kB', ...exec] }) });
    expect((await gatherers.inside(atOnce)).meminfo.get('MemTotal')).toBe(7 * 1024);
    expect(atOnce.instance.done.slice(-2)).toEqual(['exec', 'processes']);

    const container = await observed({ kind: 'container', answer: but('container', { exec }) });
    expect(await gatherers.inside(container)).toHaveProperty('kernel', undefined);
    expect(container.instance.done).not.toContain('exec');
  });

  it('of a VM whose kernel says nothing: unknown, and no failure', async () => {
    const inside = await gatherers.inside(await observed({ kind: 'vm', answer: but('vm', { exec: 2 }) }));
    expect(inside.kernel).toEqual({ imageBytes: undefined, freeListBytes: undefined });
  });

  it.each([
    [{ processes: [] }, 'agent-empty-answer'],
    [{ processes: ['nothing to see'] }, 'agent-empty-answer'],
    [{ meminfo: 1 }, 'agent-question-failed'],
  ])('%j: %s', async (answers, code) => {
    const answer = but('vm', answers);
    await expect(gatherers.inside(await observed({ kind: 'vm', answer }))).rejects.toMatchObject({ code });
  });
});

describe('units', () => {
  it('ask after the conditions of all that were skipped in one question', async () => {
    const watched = await observed({ kind: 'container' });
    const { units, unitFiles, failedConditions } = await gatherers.units(watched);

    expect([units.size, unitFiles.size]).toEqual([126, 124]);
    expect(failedConditions.get('systemd-udevd.service')).toEqual(['ConditionPathIsReadWrite=/sys']);
    const asked = watched.instance.wire.written.find((line) => line.includes(' status '))?.split(' ') ?? [];
    expect(asked).toContain('systemd-udevd.service');
    expect(asked).not.toContain('dbus.service');
  });

  it('ask the bus about those alone of which systemctl does not tell, by their labels', async () => {
    const answer = but('container', { status: [] });
    const watched = await observed({ kind: 'container', answer });
    const { failedConditions } = await gatherers.units(watched);
    expect(failedConditions.get('systemd-udevd.service')).toEqual(['ConditionPathIsReadWrite=/sys']);
    const asked = watched.instance.wire.written.at(-1)?.trim().split(' ').slice(1) ?? [];
    expect(asked[0]).toBe('conditions');
    expect(asked).toContain('systemd_2dudevd_2eservice');
    expect(asked).not.toContain('dbus_2eservice');
    for (const label of asked.slice(1)) expect(label).toMatch(/^[A-Za-z0-9_]+$/);
  });

  it('take conditions of units that nobody asked after for noise', async () => {
    const answer = but('container', {
      status: [
        '* dbus.service - D-Bus',
        '  Condition: start condition unmet at Wed 2026-11-25 07:15:33 UTC; 440ms ago',
        '             `- ConditionA=x was not met',
      ],
      conditions: ['dbus_2eservice {"data":[["ConditionA",false,false,"x",-1]]}', '__proto__ {"data":[]}'],
    });
    const { failedConditions } = await gatherers.units(await observed({ kind: 'container', answer }));
    expect(failedConditions.size).toBe(0);
  });

  it('without a single one are an empty answer', async () => {
    const answer = but('vm', { units: ['Id=manager', 'Version=257'] });
    await expect(gatherers.units(await observed({ kind: 'vm', answer }))).rejects.toMatchObject({
      code: 'agent-empty-answer',
      message: 'the agent reported no unit',
    });
  });
});

describe('the order of reading', () => {
  it('is from what disturbs the instance least to what disturbs it most', () => {
    expect(Object.keys(gatherers)).toEqual([
      ...['timing', 'memory', 'inside', 'units'],
      ...['fidelity', 'detection', 'exposure'],
      ...['inspection', 'work'],
    ]);
  });
});
