import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { packageRoot } from '../../../../core/package-root.ts';
import { sentCommand, type Probe } from '../../../../harness/guest/sent-program.ts';
import { syscallNumbers } from '../../../../harness/facts/syscalls-x86-64.ts';
import { harmlessCalls } from '../../../../harness/guest/harmless-calls.ts';
import { changedSettings, readHostSettings } from '../../../../harness/meters/host-settings.ts';
import { parseCallsProbe } from '../../../../harness/parse/calls-probe.ts';
import { parseCleanlinessProbe } from '../../../../harness/parse/cleanliness-probe.ts';
import { parseDetectionProbe } from '../../../../harness/parse/detection-probe.ts';
import { parseInstructions } from '../../../../harness/parse/seccomp.ts';
import { parseIsolationProbe, type InsideView } from '../../../../harness/parse/isolation-probe.ts';
import { processRunner } from '../../../../harness/process/runner.ts';
import { callSurface, differencesOf } from '../../../../scenarios/kernel-surface.ts';
import { refusing } from '../../../fixtures/programs/filters.ts';

const isRoot = process.getuid?.() === 0 && process.platform === 'linux';

const PROBES: [Probe, string[]][] = [
  ['isolation-probe.pl', ['shared']],
  ['calls-probe.pl', [...harmlessCalls]],
  ['detection-probe.sh', []],
  ['cleanliness-probe.sh', []],
];

/** As process 1 of a pid namespace, which the facts of process 1 need. `flags`: of unshare(1). */
async function askInNamespaces(probe: Probe, args: readonly string[], ...flags: string[]): Promise<string[]> {
  const { stdout } = await processRunner.run(
    'unshare',
    ['--pid', '--fork', '--mount-proc', ...flags, 'sh', '-c', sentCommand(probe, args)],
    { allowFailure: true },
  );
  return stdout.split('\n');
}

describe('probes', () => {
  it.each(PROBES)('%s fits into a question', (probe, args) => {
    expect(Buffer.byteLength(`0123456789abcdef exec ${sentCommand(probe, args)}\n`)).toBeLessThanOrEqual(
      4096,
    );
  });
});

describe('inside namespaces that the test makes', () => {
  beforeEach(({ skip }) => skip(!isRoot, 'namespaces need root'));

  const look = async (...flags: string[]): Promise<InsideView> =>
    parseIsolationProbe(await askInNamespaces('isolation-probe.pl', ['shared'], ...flags));

  it.each([
    ['uts', '--uts'],
    ['ipc', '--ipc'],
    ['net', '--net'],
    ['cgroup', '--cgroup'],
  ])('%s: that one, pid and mnt are its own', async (name, flag) => {
    const { namespaces } = await look(flag);
    const own = [...namespaces].filter(([kind, inode]) => statSync(`/proc/self/ns/${kind}`).ino !== inode);
    expect(own.map(([kind]) => kind).sort()).toEqual([name, 'mnt', 'pid'].sort());
  });

  it('a user namespace: its map, and no way to write a value of the whole kernel', async () => {
    const { stdout } = await processRunner.run(
      'setpriv',
      [
        ...['--reuid=65534', '--regid=65534', '--clear-groups'],
        ...['unshare', '--user', '--map-root-user', '--pid', '--fork', '--mount-proc'],
        ...['sh', '-c', sentCommand('isolation-probe.pl', ['shared'])],
      ],
      { allowFailure: true },
    );
    const view = parseIsolationProbe(stdout.split('\n'));
    expect(view.uidMap).toEqual([{ inside: 0, outside: 65_534, count: 1 }]);
    // EACCES, not EPERM: the file belongs to root of the first namespace.
    expect(view.writeBack).toBe(13);
    expect(view.writable.filter((path) => path.startsWith('/proc/sys/vm/'))).toEqual([]);
    expect(view.userNamespace).toBe(0);
  });

  it('a device node without a driver is not opened: the kernel would load its module', async () => {
    const nodes =
      'mount -t tmpfs none /dev && mknod /dev/null c 1 3 && mknod /dev/pts c 136 7 && mknod /dev/nobody c 10 251';
    const asked = sentCommand('isolation-probe.pl', ['shared']);
    const inside = ['--mount', '--pid', '--fork', '--mount-proc', 'sh', '-c', `${nodes} && ${asked}`];
    const { stdout } = await processRunner.run('unshare', inside);
    const { devices } = parseIsolationProbe(stdout.split('\n'));
    expect(devices.map(({ path }) => path).sort()).toEqual(['/dev/null', '/dev/pts']);
  });

  it('without one, such a value can be written', async () => {
    const before = readFileSync('/proc/sys/vm/swappiness', 'utf8');
    const view = await look();
    expect(view.writeBack).toBe(0);
    expect(view.writable).toContain('/proc/sys/vm/swappiness');
    expect(readFileSync('/proc/sys/vm/swappiness', 'utf8')).toBe(before);
  });

  it('few processes, and not the kernel’s', async () => {
    const view = await look();
    expect(view.processes).toBeLessThan(10);
    expect(view.seesKernelThreads).toBe(false);
    expect(view.devices.find(({ path }) => path === '/dev/null')?.opened).toBe(0);
  });

  it('a root without capabilities', async () => {
    const { stdout } = await processRunner.run('setpriv', [
      '--bounding-set=-all',
      '--inh-caps=-all',
      'sh',
      '-c',
      sentCommand('calls-probe.pl', harmlessCalls),
    ]);
    const calls = parseCallsProbe(stdout.split('\n'));
    expect(calls.size).toBe(harmlessCalls.length);
    expect(calls.get(syscallNumbers.get('sethostname') ?? -1)).toBe(1);
  });

  it('a call that kills its caller, and those after it', async () => {
    // exit(2) ends its caller without an answer, as a filter does.
    const { stdout } = await processRunner.run('sh', [
      '-c',
      sentCommand('calls-probe.pl', ['39', '60:3', '3:-1']),
    ]);
    const calls = parseCallsProbe(stdout.split('\n'));
    expect([calls.get(39), calls.get(60), calls.get(3)]).toEqual([0, 'killed', 9]);
  });

  it('under a filter that the test has made, what is evaluated is what is answered', async () => {
    const filter = refusing(syscallNumbers.get('keyctl') ?? -1, 93);
    const program = join(packageRoot(), 'test/fixtures/programs/filtered.pl');
    const { stdout } = await processRunner.run('perl', [
      ...[program, '--exec', filter],
      ...['sh', '-c', sentCommand('calls-probe.pl', harmlessCalls)],
    ]);
    const calls = parseCallsProbe(stdout.split('\n'));
    const surface = callSurface([parseInstructions(Buffer.from(filter, 'hex'))]);
    expect(surface.refused).toEqual([{ call: 'keyctl', answer: 'EPROTONOSUPPORT' }]);
    expect(calls.get(syscallNumbers.get('keyctl') ?? -1)).toBe(93);
    expect(differencesOf(surface, calls)).toEqual([]);
  });

  it('detection: the pid namespace of its own, and process 2 is no kernel thread', async () => {
    const said = parseDetectionProbe(await askInNamespaces('detection-probe.sh', []));
    expect(said.get('pid-namespace')).toMatch(/^pid:\[\d+\]$/);
    expect(said.get('pid-namespace')).not.toBe('pid:[4026531836]');
    expect(said.get('second-process')).not.toBe('kthreadd');
  });

  it('cleanliness ends, whatever is not there', async () => {
    expect(parseCleanlinessProbe(await askInNamespaces('cleanliness-probe.sh', []))).toMatchObject({
      failed: expect.any(Array) as unknown,
    });
  });

  it('the host is as it was', async () => {
    const before = readHostSettings();
    for (const [probe, args] of PROBES) await askInNamespaces(probe, args);
    // And with nothing between them and the host.
    for (const [probe, args] of PROBES)
      await processRunner.run('sh', ['-c', sentCommand(probe, args)], { allowFailure: true });
    expect(changedSettings(before, readHostSettings()).filter(isOurs)).toEqual([]);
  });
});

/** Another twinboot on this host makes mounts and interfaces meanwhile. */
const isOurs = (setting: string): boolean => !/twinboot|^\/proc\/sys\/net\//.test(setting);
