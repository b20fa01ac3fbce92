import { describe, expect, it } from 'vitest';
import { parseProcesses } from '../../../harness/parse/processes.ts';
import { limits } from '../../../harness/parse/answer-limits.ts';
import { capturedLines, type Source } from '../../fixtures/guest/captured.ts';

const kib = (bytes: number): number => bytes / 1024;

describe('processes that were captured', () => {
  // awk -F: '/smaps_rollup:Pss:/{split($3,a," "); s+=a[1]} END{print s}' processes.txt, and the like.
  it.each<[Source, number, number, number, number]>([
    ['nspawn', 6, 22_129, 14_568, 5760],
    ['qemu', 18, 24_847, 14_600, 10_226],
  ])('%s: %i with memory, PSS %i KiB, USS %i KiB, anonymous %i KiB (by awk)', (source, n, pss, uss, anon) => {
    const processes = parseProcesses(capturedLines(source, 'processes.txt'));
    const total = (field: 'pssBytes' | 'ussBytes' | 'pssAnonBytes'): number =>
      kib(processes.reduce((sum, process) => sum + process[field], 0));
    expect(processes).toHaveLength(n);
    expect([total('pssBytes'), total('ussBytes'), total('pssAnonBytes')]).toEqual([pss, uss, anon]);
  });

  it('the VM’s 328, a worker of udev that ended before its time and group were read, is not among them', () => {
    const lines = capturedLines('qemu', 'processes.txt');
    expect(lines.filter((line) => line.startsWith('/proc/328/'))).toHaveLength(8);
    expect(parseProcesses(lines).map(({ pid }) => pid)).not.toContain(328);
  });

  it('a container’s PID 1: memory, CPU time (7 + 3 ticks of 10 ms) and unit', () => {
    expect(parseProcesses(capturedLines('nspawn', 'processes.txt'))[0]).toEqual({
      pid: 1,
      name: 'systemd',
      rssBytes: 12_848 * 1024,
      pssBytes: 7705 * 1024,
      pssAnonBytes: 2680 * 1024,
      pssFileBytes: 5025 * 1024,
      pssShmemBytes: 0,
      ussBytes: (2696 + 2680) * 1024,
      cpuMs: 100,
      unit: 'init.scope',
    });
  });

  it('every process belongs to its unit: udev’s workers, in a group below it, to udev', () => {
    const counts: Record<string, number> = {};
    for (const { unit = 'none' } of parseProcesses(capturedLines('qemu', 'processes.txt'))) {
      counts[unit] = (counts[unit] ?? 0) + 1;
    }
    expect(counts).toEqual({
      'init.scope': 1,
      'dbus.service': 1,
      'getty@tty1.service': 1,
      'serial-getty@ttyS0.service': 1,
      'systemd-journald.service': 1,
      'systemd-logind.service': 1,
      'systemd-udevd.service': 11,
      'twinboot-agent.service': 1,
    });
  });
});

/** The lines of one process as grep gives them. */
function lines(overrides: { stat?: string; cgroup?: string[]; pss?: string; pid?: string } = {}): string[] {
  const pid = overrides.pid ?? '7';
  const rollup = { Rss: '30', Pss: overrides.pss ?? '20', Pss_Anon: '5', Pss_File: '10', Pss_Shmem: '5' };
  const own = { Private_Clean: '3', Private_Dirty: '4' };
  return [
    ...Object.entries({ ...rollup, ...own }).map(([k, v]) => `/proc/${pid}/smaps_rollup:${k}:   ${v} kB`),
    `/proc/${pid}/stat:${overrides.stat ?? `${pid} (name) S 1 7 7 0 -1 4194560 1 2 3 4 11 31 0 0 20 0 1 0 9`}`,
    ...(overrides.cgroup ?? ['0::/system.slice/a.service']).map((group) => `/proc/${pid}/cgroup:${group}`),
  ];
}

describe('a process', () => {
  it('has the time of fields 14 and 15 of its stat', () => {
    expect(parseProcesses(lines())).toMatchObject([{ name: 'name', cpuMs: 420 }]);
  });

  it.each(['a) S 1 (b', 'with space', '', '__proto__', '\u001B[31m', 'a\rb', '日本'])(
    'may be called %j',
    (name) => {
      const stat = `7 (${name}) S 1 7 7 0 -1 4194560 1 2 3 4 11 31 0 0 20 0 1 0 9`;
      expect(parseProcesses(lines({ stat }))).toMatchObject([{ name, cpuMs: 420 }]);
    },
  );

  it('may have a newline in its name: its stat is then two lines', () => {
    const rest = '/proc/7/stat:b) R 1) S 1 7 7 0 -1 4194560 1 2 3 4 11 31 0 0 20 0 1 0 9';
    const found = parseProcesses([...lines({ stat: '7 (a' }), rest]);
    expect(found).toMatchObject([{ name: 'a\nb) R 1', cpuMs: 420 }]);
  });

  it.each([
    ['is cut within the name', '7 (cut'],
    ['is cut short', '7 (a) S 1 7'],
    ['has a negative time', '7 (a) S 1 7 7 0 -1 4194560 1 2 3 4 -11 31 0 0 20'],
    ['has a time beyond counting', `7 (a) S 1 7 7 0 -1 4194560 1 2 3 4 ${'9'.repeat(400)} 31 0`],
  ])('whose stat %s keeps its memory: without it a sum would be too small', (_, stat) => {
    const [found] = parseProcesses(lines({ stat }));
    expect(found).toMatchObject({ name: '', cpuMs: undefined, pssBytes: 20 * 1024, unit: 'a.service' });
  });

  it.each([
    ['v2', ['0::/system.slice/b.service'], 'b.service'],
    ['a user’s own manager', ['0::/user.slice/user-0.slice/user@0.service/init.scope'], 'user@0.service'],
    [
      'a service of a user’s own manager',
      ['0::/user.slice/user-0.slice/user@0.service/app.slice/backup.service'],
      'user@0.service',
    ],
    [
      'a nested container’s D-Bus',
      ['0::/system.slice/engine.service/payload/system.slice/dbus.service'],
      'engine.service',
    ],
    ['a service’s own group', ['0::/system.slice/systemd-udevd.service/udev'], 'systemd-udevd.service'],
    ['a name that is escaped in the path', ['0::/system.slice/_cpu.service'], 'cpu.service'],
    ['a mount', ['0::/system.slice/mnt-a.mount'], 'mnt-a.mount'],
    ['a group that no manager made', ['0::/lxc.monitor.a/dbus.service'], undefined],
    ['hybrid: the v1 line counts', ['9:name=systemd:/system.slice/b.service', '0::/'], 'b.service'],
    ['hybrid, and a systemd with v2 alone', ['9:name=systemd:/', '0::/system.slice/b.service'], 'b.service'],
    ['outside every unit', ['0::/'], undefined],
    ['a slice alone', ['0::/system.slice'], undefined],
    ['no group at all', [], undefined],
    ['no path', ['0::'], undefined],
    [
      'an escaped name',
      [String.raw`0::/system.slice/system-a\x2db.slice/a\x2db@1.service`],
      String.raw`a\x2db@1.service`,
    ],
    ['a prototype’s name', ['0::/__proto__/constructor.service'], undefined],
  ])('%s', (_, cgroup, unit) => {
    expect(parseProcesses(lines({ cgroup }))[0]).toMatchObject({ unit });
  });

  it('is seen from the host’s root in some containers: PID 1 says where its manager’s own paths begin', () => {
    const root = '/twinboot/boot-1/payload';
    const found = parseProcesses([
      ...lines({ pid: '1', cgroup: [`0::${root}/init.scope`] }),
      ...lines({ pid: '8', cgroup: [`0::${root}/system.slice/dbus.service`] }),
      ...lines({ pid: '9', cgroup: [`0::${root}-2/system.slice/dbus.service`] }),
    ]);
    expect(found.map(({ unit }) => unit)).toEqual(['init.scope', 'dbus.service', undefined]);
  });

  it.each([
    [
      'a kernel thread',
      ['/proc/2/stat:2 (kthreadd) S 0 0 0 0 -1 2129984 0 0 0 0 0 0 0 0 20', '/proc/2/cgroup:0::/'],
    ],
    ['ended before its stat was read', lines().filter((line) => !line.includes('/stat:'))],
    ['with a pid that is no number', lines({ pid: 'self' })],
    ['with a pid beyond counting', lines({ pid: '9'.repeat(11) })],
    ['that is noise', ['', ':', '/proc/', 'grep: /proc/9/smaps_rollup: No such process', '/proc/1/stat']],
  ])('%s is left out, the next one is not', (_, odd) => {
    expect(parseProcesses([...odd, ...lines({ pid: '8' })]).map(({ pid }) => pid)).toEqual([8]);
  });
});

it.each([
  ['negative', lines({ pss: '-20' })],
  ['beyond counting', lines({ pss: '9'.repeat(30) })],
  ['not split, as before Linux 5.9', lines().filter((line) => !line.includes('Pss_Anon'))],
])('a process whose memory is %s is said: a sum without it would look smaller', (_, odd) => {
  expect(() => parseProcesses([...odd, ...lines({ pid: '8' })])).toThrow(
    "the guest's /proc/7/smaps_rollup lacks a field",
  );
});

it('takes no part of an answer with more processes than the limit for all of it', () => {
  const stats = Array.from(
    { length: limits.items + 1 },
    (_, pid) => `/proc/${pid + 1}/stat:${pid + 1} (x) S 1`,
  );
  expect(parseProcesses(stats.slice(1))).toEqual([]);
  expect(() => parseProcesses(stats)).toThrow('more than 10000 processes');
});
