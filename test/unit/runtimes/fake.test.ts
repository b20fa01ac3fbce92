import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fakeImage } from '../../../harness/runtimes/fake.ts';
import { parseRuntimeSpec } from '../../../harness/runtimes/spec.ts';
import type { Instance, PrepareContext, PreparedRuntime } from '../../../harness/runtimes/runtime.ts';
import { bootOnce, type BootResult } from '../../../harness/schedule/boot.ts';
import { memory } from '../../../scenarios/memory.ts';
import { services } from '../../../scenarios/services.ts';
import { startup } from '../../../scenarios/startup.ts';
import type { ArtifactName, Artifacts } from '../../../harness/contract/artifacts.ts';
import { ledgerSchema } from '../../../results/record.ts';
import { notRead } from '../../fixtures/guest/artifacts.ts';

const limits = { memoryBytes: 512 * 1024 * 1024, cpus: 1 };
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'twinboot-test-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function prepare(spec: string): Promise<PreparedRuntime> {
  const { id, runtime, options } = parseRuntimeSpec(spec);
  return runtime.prepare({ image: fakeImage, specId: id, limits } as PrepareContext, options);
}

async function boot(runtime: PreparedRuntime, readyMs = 1000): Promise<BootResult> {
  const needs = new Set<ArtifactName>(['timing', 'memory', 'inside', 'units', 'shutdown']);
  const request = { bootId: 'x', consoleLog: join(folder, 'console.log') };
  return bootOnce(runtime, request, needs, { readyMs, shutdownMs: 1000 }, new AbortController().signal);
}

describe('the fake runtime', () => {
  it('says that it boots nothing, and as a VM that it is no KVM figure', async () => {
    expect((await prepare('fake')).description).toMatchObject({
      id: 'fake',
      kind: 'container',
      title: 'fake (boots nothing)',
      emulated: false,
    });
    expect((await prepare('fake:kind=vm')).description).toMatchObject({
      kind: 'vm',
      accelerator: 'tcg',
      acceleratorReason: 'nothing is booted',
      emulated: true,
    });
  });

  it('gives the same figures for the same seed, others for another, and others at the next boot', async () => {
    const readyMs = async (runtime: PreparedRuntime): Promise<number | undefined> =>
      (await boot(runtime)).artifacts.timing?.readyMs;
    const [first, again, other] = [
      await prepare('fake:seed=5'),
      await prepare('fake:seed=5'),
      await prepare('fake:seed=6'),
    ];
    const figure = await readyMs(first);
    expect(figure).toBeGreaterThan(0);
    expect(await readyMs(again)).toBe(figure);
    expect(await readyMs(other)).not.toBe(figure);
    expect(await readyMs(first)).not.toBe(figure);
  });

  it.each(['container', 'vm'] as const)(
    'as a %s answers every scenario through the real agent',
    async (kind) => {
      const { artifacts, failures } = await boot(await prepare(`fake:kind=${kind},ready-ms=2000`));
      expect(failures.size).toBe(0);
      const whole = artifacts as Artifacts;
      const circumstances = { kind, memoryBytes: 512 * 1024 * 1024, onHost: () => 'running' as const };
      const readyMs = startup.measure(whole, circumstances, notRead).values['startup.ready'];
      expect(readyMs).toBeGreaterThan(0.95 * 2000);
      expect(readyMs).toBeLessThan(1.05 * 2000);
      expect(memory.measure(whole, circumstances, notRead).values['memory.total']).toBeGreaterThan(0);
      const { services: rows } = ledgerSchema.parse(services.measure(whole, circumstances, notRead).details);
      const udev = rows.find(({ service }) => service === 'systemd-udevd.service');
      expect(udev).toMatchObject(
        kind === 'vm' ? { state: 'running' } : { state: 'skipped', reason: 'ConditionPathIsReadWrite=/sys' },
      );
    },
  );

  it.each([
    ['start', 'launch-failed'],
    ['panic,kind=vm', 'kernel-panic'],
    ['exit', 'guest-ended-early'],
    ['hang', 'boot-timeout'],
  ])('told to fail at %s: %s', async (fail, code) => {
    const { failures, artifacts } = await boot(await prepare(`fake:fail=${fail}`), 30);
    expect(new Set([...failures.values()].map((failure) => failure.code))).toEqual(new Set([code]));
    expect(artifacts).toEqual({});
  });

  it('told to fail sometimes: some boots fail, some do not', async () => {
    const runtime = await prepare('fake:fail=sometimes');
    const outcomes = [];
    for (let round = 0; round < 20; round += 1) outcomes.push((await boot(runtime)).failures.size === 0);
    expect(new Set(outcomes)).toEqual(new Set([true, false]));
  });

  it('does not get ready with less memory than it needs', async () => {
    const runtime = await prepare('fake:needs=100');
    const outcomes = [];
    for (const mib of [100, 99]) {
      const request = {
        bootId: 'x',
        consoleLog: join(folder, 'console.log'),
        memoryBytes: mib * 1024 * 1024,
      };
      const instance = await runtime.start(request);
      outcomes.push(await Promise.race([instance.agent.ready.then(() => 'ready'), instance.exited]));
      await instance.kill();
    }
    expect(outcomes).toEqual(['ready', expect.objectContaining({ exitCode: 1 })]);
  });

  it('may be stopped and killed, and killed again', async () => {
    const runtime = await prepare('fake');
    const instance: Instance = await runtime.start({ bootId: 'x', consoleLog: join(folder, 'console.log') });
    await instance.agent.ready;
    expect(await instance.stop(1000)).toBeGreaterThan(0);
    await instance.kill();
    await instance.kill();
    await expect(instance.agent.ask('clock')).rejects.toMatchObject({ code: 'agent-closed' });
  });
});
