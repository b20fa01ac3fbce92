import { runError } from '../../core/error.ts';
import { limits, tooMany } from './answer-limits.ts';

/** What opening something gave: 0, or the number of the error. `absent`: there is no such thing. */
export type Opened = number | 'absent';

/** What a process of root's sees and reaches inside an instance; the answer of `isolation-probe.pl`. Untrusted. */
export interface InsideView {
  /** Lines of /proc/1/status: what `parseProcessRights` reads. */
  status: string;
  uidMap: { inside: number; outside: number; count: number }[];
  /** Inode numbers by name. Of a kernel of its own they mean nothing to the host. */
  namespaces: Map<string, number>;
  /** The profile of process 1; `''` where no module gives one. */
  lsm: string;
  processes: number;
  /** kthreadd is there: this is the first pid namespace of its kernel. */
  seesKernelThreads: boolean;
  uptimeS: number | undefined;
  /** The three averages. */
  load: number[];
  memoryKib: number | undefined;
  /** Mounts of process 1. */
  mounts: number;
  release: string;
  build: string;
  machine: string;
  modulesDisabled: boolean | undefined;
  devices: { path: string; opened: number }[];
  /** Files below /proc/sys and /sys that open for writing; empty where they were not asked for. */
  writable: string[];
  /** The time for these was over before all were tried. */
  isCut: boolean;
  probes: Map<string, Opened>;
  /** What a value of the whole kernel (vm.swappiness) answered to being written back. */
  writeBack: Opened | undefined;
  /** What making a user namespace gave. */
  userNamespace: Opened | 'killed' | undefined;
}

/** Errors: `agent-empty-answer` where the end of the answer is lacking; `agent-answer-too-long`. */
export function parseIsolationProbe(lines: readonly string[]): InsideView {
  if (!lines.includes('end')) throw runError('agent-empty-answer', 'the isolation probe did not end inside');
  const facts = new Map<string, string[]>();
  for (const line of lines) {
    const space = line.indexOf(' ');
    const key = space === -1 ? line : line.slice(0, space);
    const values = facts.get(key);
    if (values === undefined) facts.set(key, [line.slice(key.length + 1)]);
    else values.push(line.slice(key.length + 1));
  }
  const all = (key: string): string[] => facts.get(key) ?? [];
  const one = (key: string): string => all(key)[0] ?? '';
  const number = (key: string): number | undefined => numberIn(one(key));
  if (all('writable').length > MOST_WRITABLE) throw tooMany('writable files', MOST_WRITABLE);
  if (all('device').length > limits.items) throw tooMany('device nodes', limits.items);
  return {
    status: all('status').join('\n'),
    uidMap: all('uid-map').flatMap((text) => uidRange(text)),
    namespaces: new Map(all('namespace').flatMap((text) => namespaceIn(text))),
    lsm: one('lsm'),
    processes: number('processes') ?? 0,
    seesKernelThreads: one('kernel-threads') === '1',
    uptimeS: number('uptime'),
    load: one('load').split(' ').slice(0, 3).map(Number).filter(Number.isFinite),
    memoryKib: number('memory'),
    mounts: number('mounts') ?? 0,
    release: one('release'),
    build: one('build'),
    machine: one('machine'),
    modulesDisabled: one('modules-disabled') === '' ? undefined : one('modules-disabled') !== '0',
    devices: all('device').flatMap((text) => deviceIn(text)),
    writable: all('writable'),
    isCut: one('cut') === '1',
    probes: new Map(all('probe').flatMap((text) => probeIn(text))),
    writeBack: openedIn(one('write-back')),
    userNamespace: one('user-namespace') === 'killed' ? 'killed' : openedIn(one('user-namespace')),
  };
}

/** Linux has 20,000 on a large host. */
const MOST_WRITABLE = 100_000;

function numberIn(text: string): number | undefined {
  return /^\d{1,15}(\.\d+)?$/.test(text) ? Number(text) : undefined;
}

function openedIn(text: string): Opened | undefined {
  return text === 'absent' ? text : numberIn(text);
}

function uidRange(text: string): InsideView['uidMap'] {
  const match = /^\s*(\d{1,10})\s+(\d{1,10})\s+(\d{1,10})$/.exec(text);
  return match === null
    ? []
    : [{ inside: Number(match[1]), outside: Number(match[2]), count: Number(match[3]) }];
}

/** `net:[4026531840]`. */
function namespaceIn(text: string): [string, number][] {
  const match = /^(\w+):\[(\d{1,15})\]$/.exec(text);
  return match === null ? [] : [[match[1] ?? '', Number(match[2])]];
}

function deviceIn(text: string): InsideView['devices'] {
  const match = /^(.*) (\d{1,5})$/.exec(text);
  return match === null ? [] : [{ path: match[1] ?? '', opened: Number(match[2]) }];
}

function probeIn(text: string): [string, Opened][] {
  const [name = '', result = ''] = text.split(' ');
  const opened = openedIn(result);
  return opened === undefined ? [] : [[name, opened]];
}
