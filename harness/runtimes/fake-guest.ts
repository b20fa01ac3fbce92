import type { Channel } from '../guest/agent.ts';
import { KERNEL_MEMORY_COMMAND } from '../parse/kernel-memory.ts';
import { sentCommand, stopStressCommand, workCommand } from '../guest/sent-program.ts';
import { PROTOCOL_VERSION } from '../guest/protocol.ts';
import { answerProbe } from './fake-probes.ts';

/** What the fake distribution claims of itself. Times in ms of its own CLOCK_MONOTONIC. */
export interface FakeBoot {
  initMs: number;
  multiUserMs: number;
  readyMs: number;
  /** Whether systemd-udevd runs (VM) or is skipped because /sys is read-only (container). */
  udevRuns: boolean;
  /** Called for each question, to let the fake clock go on. */
  onQuestion: () => void;
  onPoweroff: () => void;
  nowMs: () => number;
}

/** A channel with an agent behind it that speaks the protocol and boots nothing. */
export function openFakeChannel(boot: FakeBoot): Channel & { speak(): void } {
  let listener: (chunk: Buffer) => void = () => undefined;
  const say = (...lines: string[]): void => listener(Buffer.from(`${lines.join('\n')}\n`));
  const clock = (): string => `ns ${Math.round(boot.nowMs() * 1e6)}`;
  return {
    onData: (on) => (listener = on),
    speak: () => say(`TWINBOOT ${PROTOCOL_VERSION} READY ${clock()}`),
    write(line) {
      const [id = '', question = '', ...rest] = line.trim().split(' ');
      boot.onQuestion();
      if (question === 'poweroff') {
        boot.onPoweroff();
        return;
      }
      // As over a wire: the answer comes after the question was written.
      queueMicrotask(() => say(`BEGIN ${id}`, ...answer(boot, question, rest, clock), `END ${id} 0`));
    },
    close: () => undefined,
  };
}

function answer(boot: FakeBoot, question: string, rest: string[], clock: () => string): string[] {
  switch (question) {
    case 'clock':
      return [clock()];
    case 'meminfo':
      return meminfoLines;
    case 'units':
      return units(boot);
    case 'unit-files':
      return ['systemd-udevd.service static -', 'hwclock.service masked enabled'];
    case 'status':
      return rest.flatMap((unit) => [
        `* ${unit} - a unit`,
        '     Active: inactive (dead)',
        '  Condition: start condition unmet at Wed 2026-11-25 07:15:33 UTC; 440ms ago',
        '             `- ConditionPathIsReadWrite=/sys was not met',
        '',
      ]);
    case 'processes':
      return fakeProcesses(boot).flatMap(processLines);
    case 'exec':
      return executed(rest.join(' '), boot);
    case 'kernel-milestones':
      return ['[    0.800000] Run /init as init process'];
    default:
      return [];
  }
}

function executed(command: string, { udevRuns }: FakeBoot): string[] {
  if (command === KERNEL_MEMORY_COMMAND) return [...meminfoLines, ...kernelMemory];
  if (command === workCommand()) return fakeWork;
  if (command === stopStressCommand()) return ['done 1000 0'];
  if (command.startsWith(sentCommand('stress.pl'))) return ['started'];
  return answerProbe(command, udevRuns) ?? (command.startsWith('cat ') ? ['ID=fake'] : []);
}

/** A program that works, and a network that does not. */
const fakeWork = [
  'perl 5.40.1',
  'cpu 60.0 60.5 61.0',
  'system-call 120.0 125.0 130.0',
  'context-switch 1500.0 1550.0 1600.0',
  'page-fault 700.0 710.0 720.0',
  'fork-exec 800000.0 810000.0 820000.0',
  'tcp - connect: Network is unreachable',
  'file-create 9000.0 9100.0 9200.0',
  'fsync 1200000.0 1300000.0 1400000.0',
];

const meminfo = {
  MemTotal: 474_564,
  MemFree: 397_428,
  MemAvailable: 418_572,
  Buffers: 2568,
  Cached: 25_608,
  AnonPages: 8144,
  Shmem: 300,
  Slab: 19_260,
  PageTables: 592,
  Percpu: 672,
  VmallocUsed: 9264,
};
const meminfoLines = Object.entries(meminfo).map(([field, kib]) => `${field}: ${kib} kB`);

const kernelMemory = [
  '  01000000-01ffffff : Kernel code',
  '  02000000-02abffff : Kernel rodata',
  '  02c00000-02e6ffff : Kernel data',
  '  033cb000-037fffff : Kernel bss',
  '              count: 520',
];

interface FakeProcess {
  pid: number;
  name: string;
  unit: string;
  anonKib: number;
}

function fakeProcesses(boot: FakeBoot): FakeProcess[] {
  const always = [
    { pid: 1, name: 'systemd', unit: 'init.scope', anonKib: 3108 },
    { pid: 18, name: 'systemd-journal', unit: 'system.slice/systemd-journald.service', anonKib: 1112 },
    { pid: 41, name: 'dbus-daemon', unit: 'system.slice/dbus.service', anonKib: 620 },
    { pid: 42, name: 'systemd-logind', unit: 'system.slice/systemd-logind.service', anonKib: 900 },
    { pid: 52, name: 'agent', unit: 'system.slice/twinboot-agent.service', anonKib: 130 },
  ];
  const udev = { pid: 30, name: 'systemd-udevd', unit: 'system.slice/systemd-udevd.service', anonKib: 2100 };
  return boot.udevRuns ? [...always, udev] : always;
}

function processLines({ pid, name, unit, anonKib }: FakeProcess): string[] {
  const rollup = {
    Rss: anonKib * 3,
    Pss: anonKib * 2,
    Pss_Anon: anonKib,
    Pss_File: anonKib,
    Pss_Shmem: 0,
    Private_Clean: 100,
    Private_Dirty: anonKib,
  };
  return [
    ...Object.entries(rollup).map(([field, kib]) => `/proc/${pid}/smaps_rollup:${field}: ${kib} kB`),
    `/proc/${pid}/stat:${pid} (${name}) S 0 1 1 0 -1 4194560 1899 0 0 0 11 7 0 0 20 0 1 0 0 0 0`,
    `/proc/${pid}/cgroup:0::/${unit}`,
  ];
}

function units(boot: FakeBoot): string[] {
  const usec = (ms: number): number => Math.round(ms * 1000);
  const span = boot.multiUserMs - boot.initMs;
  const at = (share: number): number => boot.initMs + span * share;
  const active = (id: string, share: number): string[] => [
    `Id=${id}`,
    'LoadState=loaded',
    'ActiveState=active',
    `SubState=${id.endsWith('.target') ? 'active' : 'running'}`,
    'ConditionResult=yes',
    `ConditionTimestampMonotonic=${usec(at(share))}`,
    `InactiveExitTimestampMonotonic=${usec(at(share) - 2)}`,
    `ActiveEnterTimestampMonotonic=${usec(at(share))}`,
    '',
  ];
  const skipped = [
    'Id=systemd-udevd.service',
    'LoadState=loaded',
    'ActiveState=inactive',
    'SubState=dead',
    'ConditionResult=no',
    `ConditionTimestampMonotonic=${usec(at(0.1))}`,
    '',
  ];
  return [
    'Id=manager',
    'Version=257',
    `UserspaceTimestampMonotonic=${usec(boot.initMs)}`,
    `FinishTimestampMonotonic=${usec(boot.multiUserMs)}`,
    '',
    ...active('sysinit.target', 0.5),
    ...active('basic.target', 0.6),
    ...active('dbus.service', 0.8),
    ...active('systemd-journald.service', 0.3),
    ...active('systemd-logind.service', 0.95),
    ...active('multi-user.target', 1),
    ...(boot.udevRuns ? active('systemd-udevd.service', 0.4) : skipped),
  ];
}
