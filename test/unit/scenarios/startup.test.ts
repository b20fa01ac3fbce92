import { describe, expect, it } from 'vitest';
import type { Artifacts, Timing } from '../../../harness/contract/artifacts.ts';
import type { RuntimeKind } from '../../../results/record.ts';
import { measureScenario, type Circumstances, type Measured } from '../../../harness/contract/scenario.ts';
import { startup } from '../../../scenarios/startup.ts';
import { capturedArtifacts, capturedWithout, notRead } from '../../fixtures/guest/artifacts.ts';

function measure(kind: RuntimeKind, change: (artifacts: Artifacts) => void = () => undefined): Measured {
  const artifacts = capturedArtifacts(kind === 'vm' ? 'qemu' : 'nspawn');
  change(artifacts);
  return startup.measure(artifacts, { kind, memoryBytes: 1, onHost: () => 'unknown' }, notRead);
}

describe('the ladder', () => {
  it.each<RuntimeKind>(['container', 'vm'])(
    'of a captured %s: every rung is after the one below it',
    (kind) => {
      const { values } = measure(kind);
      const times = startup.metrics
        .filter(({ role }) => role === 'rung')
        .flatMap(({ id }) => values[id] ?? []);
      expect(times.length).toBe(kind === 'vm' ? 10 : 8);
      expect(times).toEqual([...times].sort((a, b) => a - b));
    },
  );

  it('of a container: the host’s clock less t0 (UserspaceTimestampMonotonic 2927569790, multi-user 2928084957)', () => {
    const { values, missing } = measure('container');
    expect(values['startup.multi-user']).toBeCloseTo(585.01, 6);
    expect(values['startup.init']).toBeCloseTo(585.01 - (2_928_084.957 - 2_927_569.79), 6);
    expect(missing).toEqual({
      'startup.kernel': 'a container has no kernel and no initrd of its own',
      'startup.initrd': 'a container has no kernel and no initrd of its own',
    });
  });

  it('of a VM: the guest’s clock and the offset that was measured', () => {
    const { values, details } = measure('vm');
    const offsetMs = 26_726.012 - 25_510.471;
    expect(values['startup.kernel']).toBe(1049.555);
    expect(values['startup.initrd']).toBeCloseTo(5055.066 + offsetMs, 6);
    expect(values['startup.init']).toBeCloseTo(9995.918 + offsetMs, 6);
    expect(values['startup.dbus']).toBeCloseTo(24_211.458 + offsetMs, 6);
    expect(details).toMatchObject({ consoleMultiUserMs: 26_726.012, guestOffsetErrorMs: 3 });
  });
});

describe('a rung that is missing says why', () => {
  it.each<[string, (artifacts: Artifacts) => void, string, string]>([
    [
      'the image has no D-Bus',
      ({ units }) => units.units.delete('dbus.service'),
      'startup.dbus',
      'dbus.service is not loaded in this image',
    ],
    [
      'D-Bus is masked',
      ({ units }) => {
        const dbus = units.units.get('dbus.service');
        if (dbus !== undefined)
          Object.assign(dbus, { loadState: 'masked', activeState: 'inactive', activeMs: undefined });
      },
      'startup.dbus',
      'dbus.service never became active (masked)',
    ],
    [
      'D-Bus failed',
      ({ units }) => {
        const dbus = units.units.get('dbus.service');
        if (dbus !== undefined) Object.assign(dbus, { activeState: 'failed', activeMs: undefined });
      },
      'startup.dbus',
      'dbus.service never became active (failed)',
    ],
    [
      'the console was silent',
      ({ timing }) => (timing.kernelMs = undefined),
      'startup.kernel',
      'no kernel line reached the console',
    ],
    [
      'the image has no initrd',
      ({ timing }) => (timing.initrdGuestMs = undefined),
      'startup.initrd',
      'the kernel log has no line for the start of an initrd',
    ],
    [
      'the manager hides its start',
      ({ units }) => (units.manager.userspaceMs = undefined),
      'startup.init',
      'the manager did not say when it started',
    ],
    [
      'the host does not count CPU time',
      ({ timing }) => (timing.cpuMs = undefined),
      'startup.cpu',
      'this host counts no CPU time by control group',
    ],
  ])('%s', (_, change, metricId, reason) => {
    const { values, missing } = measure('vm', change);
    expect(missing).toEqual({ [metricId]: reason });
    expect(values).not.toHaveProperty([metricId]);
  });
});

describe('what could not be read costs what is made of it', () => {
  const circumstances: Circumstances = { kind: 'vm', memoryBytes: 1, onHost: () => 'unknown' };

  it('no shutdown: the ladder stays', () => {
    const rest = capturedWithout('qemu', 'shutdown');
    const { values, missing } = measureScenario(startup, rest, circumstances, notRead);
    const ladder = Object.entries(measure('vm').values).filter(([id]) => id !== 'shutdown.total');
    expect(values).toEqual(Object.fromEntries(ladder));
    expect(missing).toEqual({ 'shutdown.total': 'shutdown was not read' });
  });

  it('no units: what the host saw stays', () => {
    const rest = capturedWithout('qemu', 'units');
    const { values, missing } = measureScenario(startup, rest, circumstances, notRead);
    expect(Object.keys(values)).toEqual([
      'startup.spawn',
      'startup.kernel',
      'startup.initrd',
      'startup.ready',
      'startup.command',
      'startup.cpu',
      'shutdown.total',
    ]);
    expect(missing['startup.multi-user']).toBe('units was not read');
  });
});

describe('one boot is one boot', () => {
  const changed = (change: Partial<Timing>): Measured =>
    measure('container', ({ timing }) => void Object.assign(timing, change));

  it('a distribution that started twice has no ladder, and the reason says so', () => {
    const { values, missing } = changed({ starts: 2 });
    expect(Object.keys(values)).toEqual(['startup.cpu', 'shutdown.total']);
    expect(missing['startup.multi-user']).toContain('started 2 times');
  });

  it('where twinboot was stopped, its own stamps are missing and the guest’s stay', () => {
    const { values, missing, details } = changed({ stalledMs: 6000 });
    expect(missing['startup.ready']).toContain('did not run for 6.00 s');
    expect(missing['startup.command']).toContain('did not run for 6.00 s');
    expect(values['startup.multi-user']).toBe(measure('container').values['startup.multi-user']);
    expect(details).toMatchObject({ stalledMs: 6000, consoleMultiUserMs: undefined });
  });
});
