import { parseSmapsRollup, type ProcessMemory } from '../meters/process-memory.ts';

/** A process inside the instance, as its own /proc shows it. */
export interface GuestProcess extends ProcessMemory {
  /** `dbus.service`, `init.scope`; from the control group. `undefined` for a process outside every unit. */
  unit: string | undefined;
  /** User and system time so far. */
  cpuMs: number;
}

/** USER_HZ: /proc/PID/stat counts in hundredths of a second on every architecture Debian ships (proc(5)). */
const TICK_MS = 10;

/**
 * The answer to `processes`: `grep -H` over smaps_rollup, stat and cgroup of every process, a `file:line` each.
 * Kernel threads have no memory of their own and are left out, as are processes that ended while being read.
 */
export function parseProcesses(lines: readonly string[]): GuestProcess[] {
  const files = new Map<number, { rollup: string[]; stat: string; cgroup: string[] }>();
  for (const line of lines) {
    const match = /^\/proc\/(\d{1,10})\/(smaps_rollup|stat|cgroup):(.*)$/s.exec(line);
    if (match === null) continue;
    const [pid, file, content] = [Number(match[1]), match[2], match[3] ?? ''];
    const process = files.get(pid) ?? { rollup: [], stat: '', cgroup: [] };
    if (file === 'stat') process.stat = content;
    else if (file === 'cgroup') process.cgroup.push(content);
    else process.rollup.push(content);
    files.set(pid, process);
  }
  return [...files].flatMap(([pid, { rollup, stat, cgroup }]) => {
    const [memory, run] = [parseSmapsRollup(rollup.join('\n')), parseStat(stat)];
    return memory === undefined || run === undefined
      ? []
      : [{ pid, ...memory, ...run, unit: unitOf(cgroup) }];
  });
}

/** Name, and utime + stime: the second field, in parentheses, and fields 14 and 15 of /proc/PID/stat (proc(5)). */
function parseStat(stat: string): { name: string; cpuMs: number } | undefined {
  const match = /^\d+ \((.*)\) \S(?: -?\d+){10} (\d{1,15}) (\d{1,15}) /s.exec(stat);
  if (match === null) return undefined;
  return { name: match[1] ?? '', cpuMs: (Number(match[2]) + Number(match[3])) * TICK_MS };
}

/**
 * The innermost service or scope of a control group path; the v2 line (`0::`) and the v1 hierarchy named `systemd` say
 * the same, and on hybrid hosts the second is the one that is always filled.
 */
function unitOf(cgroups: readonly string[]): string | undefined {
  const named =
    cgroups.find((line) => line.includes(':name=systemd:')) ?? cgroups.find((line) => line.startsWith('0::'));
  const path = named?.slice(named.indexOf('/')) ?? '';
  return path
    .split('/')
    .filter((part) => /\.(service|scope)$/.test(part))
    .at(-1);
}
