import { describe, expect, it } from 'vitest';
import { KIB } from '../../../core/units.ts';
import type { Unit } from '../../../harness/parse/units.ts';
import type { Artifacts } from '../../../harness/contract/artifacts.ts';
import { ledgerSchema, type LedgerRow, type RuntimeKind } from '../../../results/record.ts';
import { measureScenario, type Circumstances, type Measured } from '../../../harness/contract/scenario.ts';
import { services } from '../../../scenarios/services.ts';
import { capturedArtifacts, capturedWithout, notRead } from '../../fixtures/guest/artifacts.ts';

type Change = (artifacts: Artifacts) => void;

const HOST_RUNS = new Set(['dbus.service', 'systemd-udevd.service']);

function measure(kind: RuntimeKind, change: Change = () => undefined, hostRuns = HOST_RUNS): Measured {
  const artifacts = capturedArtifacts(kind === 'vm' ? 'qemu' : 'nspawn');
  change(artifacts);
  const onHost: Circumstances['onHost'] = (unit) => (hostRuns.has(unit) ? 'running' : 'not-running');
  return services.measure(artifacts, { kind, memoryBytes: 1, onHost }, notRead);
}

function ledger(kind: RuntimeKind, change?: Change): LedgerRow[] {
  return ledgerSchema.parse(measure(kind, change).details).services;
}

function row(rows: LedgerRow[], service: string): LedgerRow {
  const found = rows.filter((candidate) => candidate.service === service);
  if (found.length !== 1 || found[0] === undefined) throw new Error(`${found.length} rows for ${service}`);
  return found[0];
}

/** Changes one unit as the guest could have reported it. */
const unit =
  (id: string, change: Partial<Unit>): Change =>
  ({ units }) => {
    const found = units.units.get(id);
    if (found === undefined) throw new Error(`${id} was not captured`);
    Object.assign(found, change);
  };

/** Its processes have ended. */
const ended =
  (id: string, change: Change = () => undefined): Change =>
  (artifacts) => {
    change(artifacts);
    const { memory, inside } = artifacts;
    memory.processes = memory.processes?.filter((process) => process.unit !== id);
    inside.processes = inside.processes.filter((process) => process.unit !== id);
  };

describe('udev, the question of 2011', () => {
  it('in the container it is skipped: systemd-nspawn mounts /sys read-only', () => {
    expect(row(ledger('container'), 'systemd-udevd.service')).toEqual({
      service: 'systemd-udevd.service',
      title: 'Rule-based Manager for Device Events and Files',
      host: 'running',
      state: 'skipped',
      reason: 'ConditionPathIsReadWrite=/sys',
      repeated: false,
      duplicated: false,
    });
  });

  it('in the VM it runs, although the host runs it already; its workers count as it', () => {
    const offsetMs = 26_726.012 - 25_510.471;
    expect(row(ledger('vm'), 'systemd-udevd.service')).toEqual({
      service: 'systemd-udevd.service',
      title: 'Rule-based Manager for Device Events and Files',
      host: 'running',
      state: 'running',
      // By awk over the eleven processes whose cgroup is systemd-udevd.service/udev.
      pssBytes: 10_066 * KIB,
      ussBytes: 3552 * KIB,
      // CPUUsageNSec=12978524000
      cpuMs: 12_978.524,
      startMs: expect.closeTo(21_078.262 + offsetMs, 6) as number,
      durationMs: expect.closeTo(22_091.825 - 21_078.262, 6) as number,
      anonBytes: expect.any(Number) as number,
      repeated: true,
      duplicated: true,
    });
  });
});

describe('what each further instance repeats', () => {
  it('is every running service, whatever the host runs, with the anonymous memory of its processes', () => {
    const { values } = measure('vm', () => undefined, new Set());
    const { inside } = capturedArtifacts('qemu');
    const ofServices = inside.processes.filter(({ unit }) => unit !== 'twinboot-agent.service');
    expect(values['services.duplicated']).toBe(0);
    expect(values['services.repeated']).toBe(values['services.running']);
    expect(values['services.repeated-anon']).toBe(
      ofServices.reduce((sum, { pssAnonBytes }) => sum + pssAnonBytes, 0),
    );
  });

  it('is not what runs for one user', () => {
    const changed = measure('vm', ({ units, inside }) => {
      const dbus = units.units.get('dbus.service');
      if (dbus === undefined) throw new Error('dbus.service was not captured');
      units.units.set('user@0.service', { ...dbus, id: 'user@0.service' });
      const [some] = inside.processes;
      if (some !== undefined) inside.processes.push({ ...some, pid: 99_999, unit: 'user@0.service' });
    });
    const plain = measure('vm');
    expect(changed.values['services.running']).toBe((plain.values['services.running'] ?? 0) + 1);
    expect(changed.values['services.repeated']).toBe(plain.values['services.repeated']);
  });

  it('has no sum of memory where one of them could not be read', () => {
    const { values, missing } = measure('vm', ({ inside }) => {
      inside.processes = inside.processes.filter(({ unit }) => unit !== 'dbus.service');
    });
    expect(values['services.repeated-anon']).toBeUndefined();
    expect(missing['services.repeated-anon']).toContain('dbus.service');
  });
});

describe('D-Bus', () => {
  it('runs in the container beside the host’s: memory by its group, CPU time by its processes', () => {
    expect(row(ledger('container'), 'dbus.service')).toMatchObject({
      host: 'running',
      state: 'running',
      pssBytes: 2279 * KIB,
      ussBytes: (1288 + 460) * KIB,
      // CPUUsageNSec=[not set] in the container; its process has used no whole tick.
      cpuMs: 0,
      duplicated: true,
    });
  });

  it('is no duplicate where the host does not run it', () => {
    const { details } = measure('container', () => undefined, new Set());
    const rows = ledgerSchema.parse(details).services;
    expect(row(rows, 'dbus.service')).toMatchObject({ host: 'not-running', duplicated: false });
    expect(rows.filter(({ duplicated }) => duplicated)).toEqual([]);
  });
});

describe('the ledger', () => {
  it.each<[RuntimeKind, number]>([
    ['container', 101],
    ['vm', 102],
  ])(
    'of a captured %s has %i rows: PID 1, and each service that is loaded or installed (by awk, sort -u)',
    (kind, n) => {
      const rows = ledger(kind);
      expect(rows).toHaveLength(n);
      expect(new Set(rows.map(({ service }) => service)).size).toBe(n);
      expect(rows[0]).toMatchObject({
        service: 'init.scope',
        title: 'System and Service Manager',
        state: 'running',
      });
    },
  );

  it('leaves twinboot’s own agent, templates and aliases out', () => {
    const names = ledger('vm').map(({ service }) => service);
    expect(names).not.toContain('twinboot-agent.service');
    expect(names.filter((name) => name.includes('@.'))).toEqual([]);
    // `udev.service` and `dbus-org.freedesktop.login1.service` are other names of services that have a row.
    expect(names.filter((name) => name === 'udev.service' || name.startsWith('dbus-org.'))).toEqual([]);
  });

  it.each<[RuntimeKind, number]>([
    ['container', 26],
    ['vm', 16],
  ])('of a captured %s: %i services skipped because of a condition (by awk)', (kind, n) => {
    expect(ledger(kind).filter(({ state }) => state === 'skipped')).toHaveLength(n);
  });

  it('says why each service that does not run does not', () => {
    for (const { service, state, reason } of [...ledger('container'), ...ledger('vm')]) {
      const runs = state === 'running' || state === 'exited';
      expect(reason === undefined, `${service} (${state}): ${reason ?? ''}`).toBe(runs);
    }
  });
});

describe('a service’s state', () => {
  it.each<[string, Change, string, Partial<LedgerRow>]>([
    [
      'failed',
      unit('dbus.service', { activeState: 'failed', result: 'exit-code' }),
      'dbus.service',
      {
        state: 'failed',
        reason: 'result: exit-code',
        duplicated: false,
      },
    ],
    [
      'masked while loaded',
      unit('dbus.service', { loadState: 'masked', activeState: 'inactive' }),
      'dbus.service',
      {
        state: 'masked',
        reason: 'masked',
      },
    ],
    ['masked on disk', () => undefined, 'hwclock.service', { state: 'masked', reason: 'masked' }],
    ['a one-shot that is done', () => undefined, 'systemd-sysctl.service', { state: 'exited' }],
    [
      'a one-shot that left no trace',
      () => undefined,
      'modprobe@configfs.service',
      {
        state: 'inactive',
        reason: 'ran and ended',
      },
    ],
    ['asked for by nobody', () => undefined, 'apt-daily.service', { state: 'inactive' }],
    [
      'still starting',
      unit('dbus.service', { activeState: 'activating', subState: 'start' }),
      'dbus.service',
      {
        state: 'unknown',
        reason: 'activating (start)',
      },
    ],
    [
      'with a unit file that does not load',
      unit('dbus.service', { loadState: 'bad-setting', activeState: 'inactive' }),
      'dbus.service',
      { state: 'unknown', reason: 'not loaded (bad-setting)' },
    ],
    [
      'skipped for a reason that the bus did not tell',
      ({ units }) => units.failedConditions.clear(),
      'ldconfig.service',
      { state: 'skipped', reason: 'a condition was not met' },
    ],
    [
      'not in the image, and asked about by everyone',
      ({ units }) => {
        units.units.delete('systemd-logind.service');
        units.unitFiles.delete('systemd-logind.service');
      },
      'systemd-logind.service',
      { state: 'not-installed', reason: 'the image has no such unit' },
    ],
    [
      'named by others but not in the image',
      ({ units }) => {
        Object.assign(units.units.get('systemd-logind.service') ?? {}, { loadState: 'not-found' });
        units.unitFiles.delete('systemd-logind.service');
      },
      'systemd-logind.service',
      { state: 'not-installed' },
    ],
    [
      'installed and never loaded',
      ({ units }) => units.units.delete('systemd-logind.service'),
      'systemd-logind.service',
      { state: 'inactive', reason: 'nothing asks for it (static)' },
    ],
  ])('%s', (_, change, service, expected) => {
    const kind = service.startsWith('modprobe') ? 'vm' : 'container';
    expect(row(ledger(kind, ended(service, change)), service)).toMatchObject(expected);
  });

  it.each<[string, Partial<Unit>, Partial<LedgerRow>]>([
    [
      'a start that is not over',
      { activeState: 'activating', subState: 'start' },
      { state: 'running', reason: 'activating (start); processes of it live' },
    ],
    [
      'a stop that is not over',
      { activeState: 'deactivating', subState: 'stop-sigterm' },
      { state: 'running', reason: 'deactivating (stop-sigterm); processes of it live' },
    ],
    [
      'a main process that ended and left others',
      { activeState: 'inactive', subState: 'dead' },
      { state: 'running', reason: 'ran and ended; processes of it live' },
    ],
    [
      'a one-shot that left a process',
      { subState: 'exited' },
      { state: 'running', reason: 'its command has ended; processes of it live' },
    ],
    [
      'a failure that left a process',
      { activeState: 'failed', result: 'exit-code' },
      { state: 'failed', reason: 'result: exit-code; processes of it live' },
    ],
  ])('%s: what lives is counted, whatever its state', (_, change, expected) => {
    const changed = unit('dbus.service', change);
    expect(row(ledger('container', changed), 'dbus.service')).toMatchObject(expected);
    const { values } = measure('container', changed);
    for (const id of ['services.running', 'services.pss', 'services.repeated'])
      expect(values[id]).toBe(measure('container').values[id]);
  });

  it('asked for, but without what it requires: those units are named', () => {
    const lost = ended('dbus.service', (artifacts) => {
      unit('systemd-logind.service', { activeState: 'failed' })(artifacts);
      unit('dbus.service', {
        activeState: 'inactive',
        startedMs: undefined,
        conditionChecked: false,
        requires: ['sysinit.target', 'systemd-logind.service'],
        askedForBy: ['multi-user.target'],
      })(artifacts);
    });
    expect(row(ledger('container', lost), 'dbus.service')).toMatchObject({
      state: 'inactive',
      reason: 'asked for, but it requires systemd-logind.service, which did not come up',
    });
  });

  it('that is skipped or failed costs nothing and is never a duplicate', () => {
    const rows = ledger('container').filter(({ state }) => state === 'skipped');
    for (const { duplicated, pssBytes } of rows) expect([duplicated, pssBytes]).toEqual([false, undefined]);
  });

  it('a clock that went backwards gives no duration', () => {
    const rows = ledger('vm', unit('dbus.service', { startedMs: 5000, activeMs: 4000 }));
    expect(row(rows, 'dbus.service').durationMs).toBeUndefined();
  });
});

describe('the figures', () => {
  it.each<[RuntimeKind, number, number]>([
    // dbus, journald, logind, the getty, and PID 1
    ['container', 5, 1],
    // dbus, journald, logind, two gettys, udev, and PID 1
    ['vm', 7, 2],
  ])('of a captured %s: %i run, of which the host runs %i too', (kind, running, duplicated) => {
    expect(measure(kind).values).toMatchObject({
      'services.running': running,
      'services.duplicated': duplicated,
      'services.failed': 0,
    });
  });

  it('PSS of the container’s services: all processes (22129 KiB, by awk) but the agent’s 502 KiB', () => {
    expect(measure('container').values).toMatchObject({
      'services.pss': (22_129 - 502) * KIB,
      'services.duplicated-pss': 2279 * KIB,
    });
  });

  it('count what failed', () => {
    expect(
      measure('vm', ended('dbus.service', unit('dbus.service', { activeState: 'failed' }))).values,
    ).toMatchObject({
      'services.failed': 1,
      'services.running': 6,
    });
  });

  it('take hostile names for names', () => {
    const rows = ledger('vm', ({ units, inside }) => {
      const [[some], [process]] = [[...units.units.values()], inside.processes];
      if (some === undefined || process === undefined) throw new Error('nothing was captured');
      for (const id of ['__proto__', '__proto__.service', 'constructor.service', '\u001B[31mred.service']) {
        units.units.set(id, {
          ...some,
          id,
          activeState: 'active',
          subState: 'running',
          description: '<script>\0',
        });
        inside.processes.push({ ...process, unit: id });
      }
    });
    for (const name of ['__proto__.service', 'constructor.service', '\u001B[31mred.service']) {
      expect(row(rows, name)).toMatchObject({ title: '<script>\0', state: 'running', pssBytes: 6435 * KIB });
    }
    expect(rows.some(({ service }) => service === '__proto__')).toBe(false);
  });
});

describe('what went wrong', () => {
  const failedMount: Change = ({ units }) => {
    const dbus = units.units.get('dbus.service');
    if (dbus === undefined) throw new Error('dbus.service was not captured');
    const id = 'mnt-archive.mount';
    units.units.set(id, {
      ...dbus,
      id,
      names: [id],
      activeState: 'failed',
      subState: 'failed',
      result: 'exit-code',
    });
  };

  it('counts and names a mount that failed', () => {
    expect(measure('container', failedMount).values['services.failed']).toBe(1);
    expect(row(ledger('container', failedMount), 'mnt-archive.mount')).toMatchObject({
      state: 'failed',
      reason: 'result: exit-code',
    });
  });

  it('counts and names a service that ends and is started again, with how often', () => {
    const looping = ended(
      'dbus.service',
      unit('dbus.service', {
        activeState: 'activating',
        subState: 'auto-restart',
        result: 'exit-code',
        restarts: 7,
      }),
    );
    expect(measure('container', looping).values).toMatchObject({
      'services.failed': 1,
      'services.restarts': 7,
    });
    expect(row(ledger('container', looping), 'dbus.service')).toMatchObject({
      state: 'failed',
      reason: 'ended and started again, 7 times; result: exit-code',
      restarts: 7,
    });
  });

  it.each([
    ['the instant of a start', { subState: 'running' }],
    ['a start that is not over', { activeState: 'activating', subState: 'start' }],
  ])('counts it in %s too, when none of its processes lives', (_, state) => {
    const looping = ended('dbus.service', unit('dbus.service', { ...state, restarts: 7 }));
    const { values, missing } = measure('container', looping);
    expect(values).toMatchObject({ 'services.failed': 1, 'services.restarts': 7 });
    expect(missing).toEqual({});
    expect(row(ledger('container', looping), 'dbus.service')).toMatchObject({
      state: 'failed',
      reason: 'ended and started again, 7 times; no process of it lived',
    });
  });

  it('one that runs again after it had ended says so, and has not failed', () => {
    const changed = unit('dbus.service', { restarts: 2 });
    expect(row(ledger('container', changed), 'dbus.service')).toMatchObject({
      state: 'running',
      reason: 'ended and started again, 2 times',
    });
    expect(measure('container', changed).values['services.failed']).toBe(0);
  });

  it('has the time that a failed start took', () => {
    const changed = unit('dbus.service', {
      activeState: 'failed',
      activeMs: undefined,
      startedMs: 1000,
      endedMs: 9000,
    });
    expect(row(ledger('container', changed), 'dbus.service').durationMs).toBe(8000);
  });
});

describe('a part is no whole', () => {
  it('has no sum of PSS where a running service has no process that could be read', () => {
    const { values, missing } = measure('container', ({ inside }) => {
      inside.processes = inside.processes.filter(({ unit }) => unit !== 'dbus.service');
    });
    expect(values['services.pss']).toBeUndefined();
    expect(missing['services.pss']).toBe('no process could be read of dbus.service');
    expect(values['services.running']).toBeGreaterThan(0);
  });

  it('takes the host’s view of a container’s processes, which sees all of them', () => {
    const { values, details } = measure('container', ({ inside, memory }) => {
      memory.processes?.push(...inside.processes.map((process) => ({ ...process, manager: false })));
      inside.processes = inside.processes.filter(({ unit }) => unit !== 'dbus.service');
    });
    expect(values['services.pss']).toBe(measure('container').values['services.pss']);
    expect(row(ledgerSchema.parse(details).services, 'dbus.service').pssBytes).toBe(2279 * KIB);
  });

  it.each(['inside', 'timing', 'memory'] as const)('keeps the states where %s could not be read', (name) => {
    const rest = capturedWithout('qemu', name);
    const circumstances: Circumstances = { kind: 'vm', memoryBytes: 1, onHost: () => 'unknown' };
    const { values, missing } = measureScenario(services, rest, circumstances, notRead);
    expect(values['services.running']).toBe(measure('vm').values['services.running']);
    if (name === 'inside') expect(missing['services.pss']).toBe('inside was not read');
    else expect(values['services.pss']).toBe(measure('vm').values['services.pss']);
  });

  it('has nothing without the units, and says why', () => {
    const rest = capturedWithout('qemu', 'units');
    const circumstances: Circumstances = { kind: 'vm', memoryBytes: 1, onHost: () => 'unknown' };
    const { values, missing } = measureScenario(services, rest, circumstances, notRead);
    expect(values).toEqual({});
    expect(new Set(Object.values(missing))).toEqual(new Set(['units was not read']));
  });
});

describe('names', () => {
  const broker: Change = ({ units }) => {
    const dbus = units.units.get('dbus.service');
    if (dbus === undefined) throw new Error('dbus.service was not captured');
    units.units.delete('dbus.service');
    const id = 'dbus-broker.service';
    units.units.set(id, { ...dbus, id, names: [id, 'dbus.service'] });
  };

  it('one row for a unit and its aliases, which the host may run under any of them', () => {
    const rows = ledger('container', broker);
    expect(rows.filter(({ service }) => service === 'dbus.service')).toEqual([]);
    expect(row(rows, 'dbus-broker.service')).toMatchObject({
      aliases: ['dbus.service'],
      state: 'running',
      duplicated: true,
    });
  });

  it('a description of 70 kB is cut', () => {
    const rows = ledger('container', unit('dbus.service', { description: 'x'.repeat(70_000) }));
    expect(row(rows, 'dbus.service').title).toHaveLength(201);
  });
});
