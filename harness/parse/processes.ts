import { runError } from '../../core/error.ts';
import { parseSmapsRollup, PROCESS_UNREADABLE, type ProcessMemory } from './smaps-rollup.ts';
import { limits, tooMany } from './answer-limits.ts';
import { managerRootOf, unitBelow } from './unit-path.ts';

/** A process inside the instance, as its own /proc shows it. */
export interface GuestProcess extends ProcessMemory {
  /**
   * The system manager's unit, `dbus.service`, `init.scope`; from the control group. `undefined` outside every unit.
   */
  unit: string | undefined;
  /** User and system time so far; `undefined` where its stat cannot be read. */
  cpuMs: number | undefined;
}

/** USER_HZ: /proc/PID/stat counts in hundredths of a second on every architecture Debian ships (proc(5)). */
const TICK_MS = 10;

/**
 * The answer to `processes`: `grep -H` over smaps_rollup, stat and cgroup of every process, a `file:line` each.
 * Kernel threads have no memory of their own and are left out, as are processes that ended while being read.
 * Errors: `agent-answer-too-long`; `process-unreadable` where one has memory that cannot be read: without it every sum
 * would look smaller.
 */
export function parseProcesses(lines: readonly string[]): GuestProcess[] {
  const files = new Map<number, { rollup: string[]; stat: string[]; cgroup: string[] }>();
  for (const line of lines) {
    const match = /^\/proc\/(\d{1,10})\/(smaps_rollup|stat|cgroup):(.*)$/s.exec(line);
    if (match === null) continue;
    const [pid, file, content] = [Number(match[1]), match[2], match[3] ?? ''];
    const process = files.get(pid) ?? { rollup: [], stat: [], cgroup: [] };
    if (file === 'stat') process.stat.push(content);
    else if (file === 'cgroup') process.cgroup.push(content);
    else process.rollup.push(content);
    files.set(pid, process);
    if (files.size > limits.items) throw tooMany('processes', limits.items);
  }
  const groups = new Map([...files].map(([pid, { cgroup }]) => [pid, sortedGroupOf(cgroup)]));
  // A container may see its groups from the host's root: what lies above its own manager is not part of its paths.
  const root = managerRootOf([groups.get(1) ?? '']) ?? '';
  return [...files].flatMap(([pid, { rollup, stat }]) => {
    if (rollup.length === 0 || stat.length === 0) return [];
    const memory = parseSmapsRollup(rollup.join('\n'));
    if (memory === undefined) {
      const what = `the guest's /proc/${pid}/smaps_rollup lacks a field, or has one that is no number`;
      throw runError(PROCESS_UNREADABLE, `${what} (Pss_Anon: Linux 5.9)`);
    }
    const group = groups.get(pid);
    const unit = group === undefined ? undefined : unitBelow(root, group);
    return [{ pid, ...memory, ...parseStat(stat.join('\n')), unit }];
  });
}

/**
 * Name, and utime + stime: the second field, in parentheses, and fields 14 and 15 of /proc/PID/stat (proc(5)). A name
 * may have newlines, of whose lines the first and the last are asked for. What cannot be read of it takes its memory
 * from nobody.
 */
function parseStat(stat: string): Pick<GuestProcess, 'name' | 'cpuMs'> {
  const match = /^\d+ \((.*)\) \S(?: -?\d+){10} (\d{1,15}) (\d{1,15}) /s.exec(stat);
  if (match === null) return { name: '', cpuMs: undefined };
  return { name: match[1] ?? '', cpuMs: (Number(match[2]) + Number(match[3])) * TICK_MS };
}

/**
 * The group in the hierarchy that systemd sorts. The v1 hierarchy named `systemd` and the v2 line (`0::`) say the same
 * where it sorts both; on hybrid hosts the first is filled by all but a systemd that was given the second alone.
 */
function sortedGroupOf(cgroups: readonly string[]): string | undefined {
  const groupIn = (marker: RegExp): string | undefined => {
    const line = cgroups.find((cgroup) => marker.test(cgroup));
    return line === undefined ? undefined : line.slice(line.indexOf('/'));
  };
  const named = groupIn(/^\d+:name=systemd:/);
  // A group of nobody's in the one says nothing where the other is sorted.
  return named === undefined || named === '/' ? (groupIn(/^0::/) ?? named) : named;
}
