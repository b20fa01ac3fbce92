import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MIB } from '../../core/units.ts';
import type { HostContext } from '../../harness/host/context.ts';
import { resolveImage } from '../../harness/image/resolve.ts';
import type { Artifacts } from '../../harness/contract/artifacts.ts';
import { measureScenario, type Measured } from '../../harness/contract/scenario.ts';
import { syscallsX8664 } from '../../harness/facts/syscalls-x86-64.ts';
import { gatherers, readAvailableBytes } from '../../harness/observe/observe.ts';
import { prepareRuntime } from '../../harness/runtimes/prepare.ts';
import { untilReady } from '../../harness/runtimes/ready.ts';
import type { Instance, PreparedRuntime } from '../../harness/runtimes/runtime.ts';
import { parseRuntimeSpec } from '../../harness/runtimes/spec.ts';
import { detectionDetailsSchema } from '../../results/exposure/detection.ts';
import { fidelityDetailsSchema } from '../../results/exposure/fidelity.ts';
import { isolationDetailsSchema } from '../../results/exposure/isolation.ts';
import { detection } from '../../scenarios/detection.ts';
import { fidelity } from '../../scenarios/fidelity.ts';
import { isolation } from '../../scenarios/isolation.ts';
import { notRead } from '../fixtures/guest/artifacts.ts';
import { newTraces, rememberTraces } from '../support/host-state.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { openTestHost } from './support.ts';

interface Expected {
  spec: string;
  /** What a value of the whole kernel answers to being written back. */
  globalSysctl: string;
  /** What systemd-detect-virt --container says. */
  container: string;
  /** For an emulated CPU more. */
  answersWithinMs: number;
}

/** Whoever else is at work on this host makes control groups meanwhile; everything else counts, whoever did it. */
const isOfInstance = (setting: string): boolean =>
  !setting.startsWith('cgroup ') || /twinboot|libpod|lxc|machine|payload/.test(setting);

const WITHIN_MS = 240_000;

describe.each<Expected>([
  { spec: 'namespaces', globalSysctl: 'EROFS', container: 'container-other', answersWithinMs: 5000 },
  { spec: 'nspawn', globalSysctl: 'EROFS', container: 'systemd-nspawn', answersWithinMs: 5000 },
  { spec: 'nspawn:userns=on', globalSysctl: 'EACCES', container: 'systemd-nspawn', answersWithinMs: 5000 },
  { spec: 'podman', globalSysctl: 'EROFS', container: 'podman', answersWithinMs: 5000 },
  { spec: 'lxc', globalSysctl: 'EROFS', container: 'lxc', answersWithinMs: 5000 },
  { spec: 'qemu:tcg-thread=single', globalSysctl: 'ok', container: 'none', answersWithinMs: 60_000 },
])('exposure of $spec', ({ spec: specText, globalSysctl, container, answersWithinMs }) => {
  const spec = parseRuntimeSpec(specText);
  const { kind } = spec.runtime;
  const name = spec.id.replace(/[^\w-]/g, '-');
  let host: HostContext;
  let prepared: PreparedRuntime | undefined;
  let instance: Instance | undefined;
  let exposure: Measured;
  let detected: Measured;
  let booted: Measured;
  let answeredMs = 0;

  beforeAll(async () => {
    rememberTraces();
    host = openTestHost(`exposure-${name}`, `test of ${spec.id}`);
    const image = await resolveImage(host, { note: () => undefined });
    const limits = { memoryBytes: 512 * MIB, cpus: 2 };
    prepared = await prepareRuntime(spec, { host, image, limits, note: () => undefined });
    const availableBeforeBytes = await readAvailableBytes();
    const consoleLog = join(temporaryFolder(), 'console.log');
    instance = await prepared.start({ bootId: `exposure-${name}`, consoleLog });
    const observed = {
      instance,
      ready: await untilReady(instance, WITHIN_MS, host.signal),
      availableBeforeBytes,
    };
    const startedMs = performance.now();
    const artifacts: Pick<Artifacts, 'detection' | 'exposure'> = {
      detection: await gatherers.detection(observed),
      exposure: await gatherers.exposure(observed),
    };
    answeredMs = performance.now() - startedMs;
    const circumstances = { kind, memoryBytes: 512 * MIB, onHost: () => 'unknown' as const };
    const units = await gatherers.units(observed);
    exposure = measureScenario(isolation, artifacts, circumstances, notRead);
    detected = measureScenario(detection, { ...artifacts, units }, circumstances, notRead);
    const clean = await gatherers.fidelity(observed);
    booted = measureScenario(fidelity, { fidelity: clean, units }, circumstances, notRead);
  }, WITHIN_MS);

  afterAll(async () => {
    await instance?.kill();
    await prepared?.release();
    expect(await host.cleanup.releaseAll()).toEqual([]);
    expect(newTraces()).toEqual([]);
  });

  it('answers soon', () => expect(answeredMs).toBeLessThan(answersWithinMs));

  it('the evaluated filter and the calls that were made inside agree', () => {
    const { probed } = isolationDetailsSchema.parse(exposure.details);
    expect(probed.differences).toEqual([]);
    expect(probed.calls).toBeGreaterThan(80);
  });

  it('the host is as it was', () => {
    const readings = [
      isolationDetailsSchema.parse(exposure.details),
      detectionDetailsSchema.parse(detected.details),
      fidelityDetailsSchema.parse(booted.details),
    ];
    expect(readings.flatMap(({ hostChanges }) => hostChanges).filter(isOfInstance)).toEqual([]);
  });

  it('what it may do is told of each party and kernel, and the filter of each could be read', () => {
    const { reaches } = isolationDetailsSchema.parse(exposure.details);
    expect(reaches.map(({ unread }) => unread)).toEqual(reaches.map(() => undefined));
    expect(reaches.map(({ kernel }) => kernel)).toEqual(kind === 'vm' ? ['guest', 'host'] : ['host']);
  });

  it('the boot says its state and what it waited for', () => {
    const { state, chain } = fidelityDetailsSchema.parse(booted.details);
    expect(['running', 'degraded', 'starting']).toContain(state);
    expect(chain.map(({ unit }) => unit)).toContain('multi-user.target');
  });

  it('a global sysctl answers as expected, and a VM’s is its own', () => {
    const details = isolationDetailsSchema.parse(exposure.details);
    expect(details.globalSysctl).toBe(globalSysctl);
    expect(details.kernel).toBe(kind === 'vm' ? 'own' : 'shared');
    expect(exposure.values['isolation.global-writable']).toBe(0);
    if (kind === 'vm') expect(exposure.values['isolation.syscalls-allowed']).toBe(syscallsX8664.size);
  });

  it('is detected as what it is', () => {
    const { methods: rows, tellsPidNamespace } = detectionDetailsSchema.parse(detected.details);
    expect(rows.find(({ method }) => method === 'detect-virt-container')?.said).toBe(container);
    expect(tellsPidNamespace).toBe(kind === 'container');
  });
});
