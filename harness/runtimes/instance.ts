import { readFile } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { hostError, runError, type TwinbootError } from '../../core/error.ts';
import { linkIfThere } from '../../core/read-if-there.ts';
import { formatSome } from '../../core/words.ts';
import type { RuntimeKind } from '../../results/record.ts';
import type { Agent } from '../guest/agent.ts';
import { managerRootOf, unitBelow } from '../parse/unit-path.ts';
import { waitedForIn } from '../guest/console-jobs.ts';
import { recordConsole, type ConsoleRecorder } from '../guest/console.ts';
import type { Cgroup } from '../process/cgroup.ts';
import { readCgroupCpuMs, readCgroupMemory, readOomKills } from '../meters/cgroup.ts';
import { hostClock, monotonicNs, nsToMs } from '../../core/clock.ts';
import { parseGuestRam } from '../parse/guest-ram.ts';
import { readProcessMemory } from '../meters/process-memory.ts';
import { groupsOfProcesses } from '../process/cgroup-tree.ts';
import type { Room } from '../process/room.ts';
import { withDeadline } from '../process/deadline.ts';
import { launch } from '../process/launch.ts';
import { releaseInReverse, type Releasable } from '../process/leases.ts';
import { NO_MEMORY_CONTROLLER, type BootRequest, type Instance, type InstanceMeters } from './runtime.ts';

export interface InstanceParts {
  kind: RuntimeKind;
  command: string;
  args: readonly string[];
  /** Added to the little that every runtime sees of twinboot's own environment. */
  env?: Record<string, string>;
  cgroup: Cgroup;
  /** Where the process runs, and as whom; without it, as twinboot does. */
  room?: Room;
  /** A command that becomes `command`, called before the room is entered. */
  through?: readonly string[];
  consoleLog: string;
  beforeStart?: BootRequest['beforeStart'];
  /** What the console is read from, where that is not the command's output alone. */
  console?: Readable;
  /** The group below `cgroup` that the process starts in; without it, `cgroup` itself. */
  startIn?: Cgroup;
  /** Called when the process exists. */
  launched?: (pid: number) => Promise<void>;
  agent: Agent;
  /** The file or folder that takes what the instance writes to its disk. */
  writable: string;
  /** What the instance owns, in the order it was made; the control group last, since it must go first. */
  leases: readonly Releasable[];
}

/** Launches a runtime's process and makes an Instance of it: the part that is the same for every technology. */
export async function launchInstance(parts: InstanceParts): Promise<Instance> {
  const { agent, cgroup, leases } = parts;
  await parts.beforeStart?.(cgroup);
  let t0Ns = 0n;
  const console = recordConsole(parts.consoleLog, () => t0Ns);
  parts.console?.on('data', (chunk: Buffer) => console.take(chunk));
  let removed: Promise<void> | undefined;
  const kill = (): Promise<void> => (removed ??= remove(console, leases));

  const cpuBeforeMs = (await readCgroupCpuMs(cgroup)) ?? 0;
  const launched = await launch({
    command: parts.command,
    args: parts.args,
    env: parts.env ?? {},
    cgroup: parts.startIn ?? cgroup,
    room: parts.room,
    through: parts.through,
    onOutput: (chunk) => console.take(chunk),
    onStart: (startNs) => (t0Ns = startNs),
  }).catch(async (error: unknown) => {
    await kill();
    throw error;
  });
  await parts.launched?.(launched.pid);
  return {
    kind: parts.kind,
    clock: hostClock,
    t0Ns: launched.t0Ns,
    spawnMs: launched.spawnMs,
    console,
    agent,
    command: {
      words: [...(parts.through ?? []), parts.command, ...parts.args],
      environment: parts.env ?? {},
    },
    writable: parts.writable,
    exited: launched.exited,
    meters: cgroupMeters(cgroup, launched.pid, cpuBeforeMs),
    async stop(deadlineMs) {
      const askedNs = monotonicNs();
      // The guest may be gone before it has answered: only a channel that is broken already counts against it.
      const refused = agent.ask('poweroff', '', deadlineMs + 1).then(() => launched.exited);
      const exit = await withDeadline(Promise.race([launched.exited, refused]), deadlineMs, () =>
        shutdownTimeout(deadlineMs, console),
      );
      await kill();
      const shutdownMs = exit.atMs - nsToMs(askedNs - launched.t0Ns);
      if (shutdownMs >= 0) return shutdownMs;
      throw runError('guest-ended-early', 'the instance had ended before it was asked to power off', {
        consoleTail: console.tail(),
      });
    },
    kill,
  };
}

function shutdownTimeout(deadlineMs: number, console: ConsoleRecorder): TwinbootError {
  const holding = waitedForIn(console.tail());
  const why = holding.length === 0 ? '' : `; it waits for ${formatSome(holding)}`;
  return runError('shutdown-timeout', `the instance did not power off within ${deadlineMs / 1000} s${why}`, {
    hint: 'a longer deadline: --stop-timeout',
    consoleTail: console.tail(),
  });
}

async function remove(console: ConsoleRecorder, leases: readonly Releasable[]): Promise<void> {
  await releaseInReverse(leases);
  await console.end();
}

function cgroupMeters(cgroup: Cgroup, rootPid: number, cpuBeforeMs: number): InstanceMeters {
  return {
    async memory() {
      const memory = await readCgroupMemory(cgroup);
      if (memory !== undefined) return memory;
      throw hostError(NO_MEMORY_CONTROLLER, 'this host has no memory cgroup controller', {
        hint: 'boot the host with cgroup_enable=memory',
      });
    },
    async cpuMs() {
      const cpuMs = await readCgroupCpuMs(cgroup);
      return cpuMs === undefined ? undefined : cpuMs - cpuBeforeMs;
    },
    pids: () => [...unitsOf(cgroup).keys()],
    oomKills: () => readOomKills(cgroup),
    async processes() {
      const units = unitsOf(cgroup);
      const processes = await readProcessMemory([...units.keys()]);
      return processes.map((process) => ({
        ...process,
        manager: isOutside(process.pid),
        unit: units.get(process.pid),
      }));
    },
    guestRam: async () => parseGuestRam(await readFile(`/proc/${rootPid}/smaps`, 'utf8')),
  };
}

/** Every process of the boundary, with the unit that the instance's own systemd has sorted it into. */
function unitsOf(cgroup: Cgroup): Map<number, string | undefined> {
  const units = new Map<number, string | undefined>();
  for (const folder of cgroup.folders) {
    const processes = groupsOfProcesses(folder);
    // Of several hierarchies only systemd's own is sorted.
    const root = managerRootOf(processes.map(({ group }) => group));
    for (const { pid, group } of processes) {
      units.set(pid, units.get(pid) ?? (root === undefined ? undefined : unitBelow(root, group)));
    }
  }
  return units;
}

/** Whether a process lives in the host's pid namespace: the manager's or the VMM's own, not the distribution's. */
function isOutside(pid: number): boolean {
  return linkIfThere(`/proc/${pid}/ns/pid`) === linkIfThere('/proc/self/ns/pid');
}
