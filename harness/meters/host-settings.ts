import { readdirSync, statSync, type Dirent } from 'node:fs';
import { join } from 'node:path';
import { readIfThere } from '../../core/read-if-there.ts';

/** What somebody can have set on this host, by name; what counts by itself is not among it. */
export type HostSettings = ReadonlyMap<string, string>;

/**
 * Sysctls that can be written, mounts, control groups but twinboot's own and what they hold, modules, and how the
 * kernel is traced. Takes some 30 ms. Never throws: what cannot be read is absent.
 */
export function readHostSettings(): HostSettings {
  return new Map([
    ...sysctlsIn('/proc/sys'),
    ...lines('/proc/self/mountinfo').map((line): [string, string] => [`mount ${mountPoint(line)}`, line]),
    ...groupsIn('/sys/fs/cgroup').map((group): [string, string] => [`cgroup ${group}`, '']),
    ...lines('/proc/modules').map((line): [string, string] => [`module ${line.split(' ')[0] ?? ''}`, '']),
    ...tracing(),
  ]);
}

/** The names of settings that are there on one side alone, or have another value; sorted. */
export function changedSettings(before: HostSettings, after: HostSettings): string[] {
  const names = new Set([...before.keys(), ...after.keys()]);
  return [...names].filter((name) => before.get(name) !== after.get(name)).sort();
}

const lines = (file: string): string[] => (readIfThere(file) ?? '').split('\n').filter((line) => line !== '');

/** Several mounts on one point are told apart by their ids (proc(5)). */
const mountPoint = (line: string): string => {
  const [id = '', , , , point = ''] = line.split(' ');
  return `${point} (${id})`;
};

/** These count by themselves, act on being read, or belong to an automount. */
const NO_SETTINGS =
  /^\/proc\/sys\/(kernel\/(random|ns_last_pid|pty\/nr$)|vm\/stat_refresh|fs\/binfmt_misc|net\/ipv[46]\/route\/flush)/;

function sysctlsIn(folder: string): [string, string][] {
  return entriesOf(folder).flatMap((entry): [string, string][] => {
    const path = join(folder, entry.name);
    if (NO_SETTINGS.test(path)) return [];
    if (entry.isDirectory()) return sysctlsIn(path);
    // What nobody can write, nobody has set.
    return isWritable(path) ? [[path, readIfThere(path) ?? 'unread']] : [];
  });
}

function isWritable(path: string): boolean {
  try {
    return (statSync(path).mode & 0o222) !== 0;
  } catch {
    return false;
  }
}

/** Below a group of twinboot's live the groups of instances, which come and go. */
function groupsIn(folder: string): string[] {
  return entriesOf(folder).flatMap((entry) => {
    const path = join(folder, entry.name);
    return !entry.isDirectory() || entry.name.startsWith('twinboot-') ? [] : [path, ...groupsIn(path)];
  });
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

/** Documentation/trace/ftrace.rst. */
const TRACING = [
  'current_tracer',
  'tracing_on',
  'set_event',
  'kprobe_events',
  'uprobe_events',
  'trace_clock',
];

function tracing(): [string, string][] {
  return ['/sys/kernel/tracing', '/sys/kernel/debug/tracing'].flatMap((folder) =>
    TRACING.flatMap((name): [string, string][] => {
      const path = join(folder, name);
      const text = readIfThere(path);
      return text === undefined ? [] : [[path, text]];
    }),
  );
}
