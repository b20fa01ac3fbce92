import { describe, expect, it } from 'vitest';
import type { ExposureReading } from '../../../harness/contract/exposure-readings.ts';
import { measureScenario, type Measured } from '../../../harness/contract/scenario.ts';
import { syscallNumbers } from '../../../harness/facts/syscalls-x86-64.ts';
import { parseKernelVersion } from '../../../harness/parse/kernel-version.ts';
import { isolationDetailsSchema } from '../../../results/exposure/isolation.ts';
import type { RuntimeKind } from '../../../results/record.ts';
import { isolation } from '../../../scenarios/isolation.ts';
import { countExploits } from '../../../scenarios/kernel-surface.ts';
import { capturedArtifacts, capturedWithout, notRead } from '../../fixtures/guest/artifacts.ts';

function measure(kind: RuntimeKind, change: (reading: ExposureReading) => void = () => undefined): Measured {
  const artifacts = capturedArtifacts(kind === 'vm' ? 'qemu' : 'nspawn');
  change(artifacts.exposure);
  return measureScenario(isolation, artifacts, { kind, memoryBytes: 1, onHost: () => 'unknown' }, notRead);
}

describe('of the captured nspawn', () => {
  it('306 of 362 calls are allowed, and every call that was made inside answered as its filter says', () => {
    const { values, details } = measure('container');
    expect(values).toMatchObject({
      'isolation.syscalls-allowed': 306,
      'isolation.host-syscalls-allowed': 306,
      'isolation.syscalls-depending': 1,
      'isolation.probe-differences': 0,
    });
    const { reaches, probed } = isolationDetailsSchema.parse(details);
    const [tenant] = reaches;
    expect(reaches.length).toBe(1);
    expect(tenant?.calls?.depending).toEqual(['socket']);
    expect(tenant?.calls?.refused).toContainEqual({ call: 'keyctl', answer: 'EPERM' });
    expect(probed.calls).toBe(91);
  });

  it('six namespaces and 26 capabilities; a global value cannot be written', () => {
    const { values, details } = measure('container');
    expect(values).toMatchObject({
      'isolation.own-namespaces': 6,
      'isolation.capabilities': 26,
      'isolation.global-writable': 0,
      'isolation.ways-out': 0,
    });
    expect(details).toMatchObject({
      isRootOutside: true,
      globalSysctl: 'EROFS',
      views: ['uptime', 'load', 'memory'],
    });
  });

  it('a call that answers otherwise is listed', () => {
    const { values, details } = measure('container', ({ calls }) => {
      calls.set(syscallNumbers.get('keyctl') ?? -1, 22);
      calls.set(syscallNumbers.get('read') ?? -1, 'killed');
    });
    expect(values['isolation.probe-differences']).toBe(2);
    expect(isolationDetailsSchema.parse(details).probed.differences).toEqual([
      { call: 'read', expected: 'allow', answered: 'killed' },
      { call: 'keyctl', expected: 'EPERM', answered: 'EINVAL' },
    ]);
  });

  it('a filter that cannot be read costs its figures, with the reason', () => {
    const { values, missing } = measure('container', (reading) => {
      reading.boundary.filters = { unread: 'PTRACE_SEIZE: Operation not permitted' };
    });
    expect(missing['isolation.syscalls-allowed']).toBe('PTRACE_SEIZE: Operation not permitted');
    expect(missing['isolation.host-syscalls-allowed']).toBe('PTRACE_SEIZE: Operation not permitted');
    expect(values['isolation.own-namespaces']).toBe(6);
  });

  it('another machine has no table of calls', () => {
    const { missing } = measure('container', (reading) => {
      reading.inside.machine = 'aarch64';
      reading.calls.clear();
    });
    expect(missing['isolation.syscalls-allowed']).toBe('the table of system calls is x86-64’s');
    expect(missing['isolation.probe-differences']).toBe('no call was made inside');
  });

  it('what the instance shares is global, and what is its own is not', () => {
    const writable = ['/proc/sys/vm/swappiness', '/proc/sys/net/core/somaxconn', '/sys/power/state'];
    const apart = measure('container', ({ inside }) => (inside.writable = writable));
    expect(apart.values).toMatchObject({
      'isolation.global-writable': 2,
      'isolation.namespaced-writable': 1,
    });
    const shared = measure('container', ({ inside, host }) => {
      inside.writable = writable;
      inside.namespaces.set('net', host.namespaces.get('net') ?? 0);
    });
    expect(shared.values).toMatchObject({ 'isolation.global-writable': 3, 'isolation.own-namespaces': 5 });
  });

  it.each<[string, (reading: ExposureReading) => void, string[]]>([
    ['core_pattern opens', ({ inside }) => inside.probes.set('core-pattern', 0), ['core-pattern']],
    [
      'release_agent opens, with CAP_SYS_ADMIN',
      ({ inside }) => inside.probes.set('release-agent', 0),
      ['release-agent'],
    ],
    [
      'release_agent opens, without',
      ({ inside }) => {
        inside.probes.set('release-agent', 0);
        inside.status = inside.status.replace(/CapBnd:.*/, 'CapBnd:\t0000000000000000');
      },
      [],
    ],
    [
      'the same before Linux 5.17',
      ({ inside }) => {
        inside.probes.set('release-agent', 0);
        inside.release = '5.10.0';
        inside.status = inside.status.replace(/CapBnd:.*/, 'CapBnd:\t0000000000000000');
      },
      ['release-agent'],
    ],
    [
      'modules can be loaded',
      ({ inside, calls }) => {
        inside.modulesDisabled = false;
        inside.status = inside.status.replace(/CapBnd:.*/, 'CapBnd:\t000001ffffffffff');
        calls.set(syscallNumbers.get('finit_module') ?? -1, 9);
      },
      ['modules'],
    ],
    [
      'the same in a user namespace',
      ({ inside, calls }) => {
        inside.modulesDisabled = false;
        inside.uidMap = [{ inside: 0, outside: 100_000, count: 65_536 }];
        inside.status = inside.status.replace(/CapBnd:.*/, 'CapBnd:\t000001ffffffffff');
        calls.set(syscallNumbers.get('finit_module') ?? -1, 9);
      },
      [],
    ],
  ])('ways out: %s', (_, change, waysOut) => {
    const { values, details } = measure('container', change);
    expect(details.waysOut).toEqual(waysOut);
    expect(values['isolation.ways-out']).toBe(waysOut.length);
  });

  it('what changed on the host meanwhile is counted and named', () => {
    const { values, details } = measure(
      'container',
      (reading) => (reading.hostChanges = ['/proc/sys/vm/swappiness']),
    );
    expect(values['isolation.host-changes']).toBe(1);
    expect(details.hostChanges).toEqual(['/proc/sys/vm/swappiness']);
    expect(measure('container').values['isolation.host-changes']).toBe(0);
  });

  it('views of the host: each by itself', () => {
    const { details } = measure('container', ({ inside, host }) => {
      inside.probes.set('syslog', 0);
      inside.uptimeS = host.uptimeS - 1000;
      inside.load = [0, 0, 0];
      inside.memoryKib = 524_288;
    });
    expect(details.views).toEqual(['kernel log']);
  });
});

describe('exploits', () => {
  it('without a user namespace and capabilities fewer have their preconditions met', () => {
    const all = measure('container').values['isolation.exploit-preconditions'] ?? 0;
    const fewer = measure('container', ({ inside }) => {
      inside.userNamespace = 1;
      inside.status = inside.status.replace(/CapBnd:.*/, 'CapBnd:\t0000000000000000');
    }).values['isolation.exploit-preconditions'];
    expect(all).toBeGreaterThan(70);
    expect(fewer).toBeLessThan(30);
  });

  it('options that cannot be read leave it open', () => {
    const { missing } = measure('container', (reading) => (reading.options = undefined));
    expect(missing['isolation.exploit-preconditions']).toMatch(
      /^of \d+ it is not known whether they are met/,
    );
  });

  it('the version apart', () => {
    const reach = {
      bounding: ['NET_ADMIN'],
      makesUserNamespace: true,
      usesIoUring: true,
      options: capturedArtifacts('nspawn').exposure.options,
      version: parseKernelVersion('6.1.20'),
    };
    const { holding, affected } = countExploits(reach);
    expect(affected?.length).toBeGreaterThan(0);
    expect(affected?.length).toBeLessThan(holding.length);
  });
});

describe('of the captured VM', () => {
  it('nothing of the host’s is seen, and its own kernel allows every call', () => {
    const { values, missing, details } = measure('vm');
    expect(values).toMatchObject({
      'isolation.syscalls-allowed': 362,
      'isolation.global-writable': 0,
      'isolation.host-visible': 0,
      'isolation.ways-out': 0,
    });
    expect(missing['isolation.own-namespaces']).toMatch(/^a VM has a kernel of its own/);
    expect(details.kernel).toBe('own');
  });

  it('its monitor is filtered: fewer calls of the host’s kernel than a container', () => {
    const allowed = measure('vm').values['isolation.host-syscalls-allowed'] ?? 362;
    expect(allowed).toBeGreaterThan(0);
    expect(allowed).toBeLessThan(362);
  });

  it('two rows that are never one sum: its tenant and its own kernel, its monitor and the host’s', () => {
    const { reaches } = isolationDetailsSchema.parse(measure('vm').details);
    expect(reaches.map(({ party, kernel }) => [party, kernel])).toEqual([
      ['tenant', 'guest'],
      ['monitor', 'host'],
    ]);
  });

  it('without a filter its monitor can make what the host gives to ordinary users', () => {
    const unfiltered =
      (isGiven: boolean | undefined) =>
      ({ boundary, host }: ExposureReading) => {
        boundary.filters = { filters: [] };
        host.givesUserNamespaces = isGiven;
      };
    const filtered = measure('vm').values['isolation.host-exploit-preconditions'] ?? 79;
    const open = measure('vm', unfiltered(true)).values;
    expect(open['isolation.host-syscalls-allowed']).toBe(362);
    expect(open['isolation.host-exploit-preconditions']).toBeGreaterThan(filtered);
    const barred = measure('vm', unfiltered(false)).values['isolation.host-exploit-preconditions'] ?? 79;
    expect(barred).toBeLessThan(open['isolation.host-exploit-preconditions'] ?? 0);
    expect(measure('vm', unfiltered(undefined)).missing['isolation.host-exploit-preconditions']).toMatch(
      /^of \d+ it is not known/,
    );
  });

  it('a filter of its own process 1 is not to be read', () => {
    const { missing } = measure('vm', ({ inside }) => {
      inside.status = inside.status.replace(/Seccomp:.*/, 'Seccomp:\t2');
    });
    expect(missing['isolation.syscalls-allowed']).toMatch(/which the host cannot read$/);
  });
});

it('without its artifact every metric has the reason', () => {
  const circumstances = { kind: 'vm' as const, memoryBytes: 1, onHost: () => 'unknown' as const };
  const { missing } = measureScenario(isolation, capturedWithout('qemu', 'exposure'), circumstances, notRead);
  expect(new Set(Object.values(missing))).toEqual(new Set(['exposure was not read']));
});
