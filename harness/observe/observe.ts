import { readFile } from 'node:fs/promises';
import { hostError, messageOf, runError, TwinbootError, withHint } from '../../core/error.ts';
import type { Agent, Ready } from '../guest/agent.ts';
import { KERNEL_MEMORY_COMMAND, parseKernelMemory } from '../parse/kernel-memory.ts';
import { noWork, parseWork } from '../parse/work.ts';
import { parseProcesses } from '../parse/processes.ts';
import { nsToMs } from '../../core/clock.ts';
import type { StallWatch } from '../meters/stall.ts';
import { filesOpenIn, readCachedBytes } from '../meters/file-cache.ts';
import { parseMeminfo } from '../parse/meminfo.ts';
import { CHARGE_UNREADABLE, type CgroupMemory } from '../parse/cgroup-memory.ts';
import { PROCESS_UNREADABLE } from '../parse/smaps-rollup.ts';
import type { BareHost } from '../runtimes/bare-host.ts';
import { NO_MEMORY_CONTROLLER, type Instance, type InstanceMeters } from '../runtimes/runtime.ts';
import type {
  HostProcess,
  Artifacts,
  InsideReading,
  InspectionReading,
  MemoryReading,
  Timing,
  WorkReading,
} from '../contract/artifacts.ts';
import { ask } from './ask.ts';
import { measureClockOffset } from './clock-offset.ts';
import { gatherDetection, gatherExposure, gatherFidelity } from './exposure.ts';
import { waitUntilSettled } from './settle.ts';
import { readUnits } from './read-units.ts';
import { workInside } from './work-inside.ts';

/** A booted instance as the gatherers see it. */
export interface Observed {
  instance: Instance;
  ready: Ready;
  /** The host's MemAvailable immediately before t0. */
  availableBeforeBytes: number;
  /** What twinboot itself needed before t0, ms: the disk, the control group; 0 without it. */
  preparationMs?: number;
  bareHost?: BareHost | undefined;
  /** Since before t0; absent where nobody asks for times. */
  stalls?: StallWatch;
}

/** How each artifact is read, in the order in which they are read; `shutdown` is the end of the boot itself. */
export const gatherers: {
  [Name in Exclude<keyof Artifacts, 'shutdown'>]: (observed: Observed) => Promise<Artifacts[Name]>;
} = {
  timing: gatherTiming,
  memory: gatherMemory,
  inside: gatherInside,
  units: ({ instance }) => readUnits(instance.agent),
  fidelity: gatherFidelity,
  detection: gatherDetection,
  exposure: gatherExposure,
  inspection: gatherInspection,
  work: gatherWork,
};

async function gatherTiming({ instance, ready, stalls }: Observed): Promise<Timing> {
  const { agent, console, kind, meters, t0Ns } = instance;
  const starts = console.welcomes();
  const [cpuMs, { charge }] = await Promise.all([meters.cpuMs(), readCharge(meters)]);
  const command = await ask(agent, 'exec', 'true');
  const offset = await measureClockOffset(agent, ready, t0Ns);
  return {
    spawnMs: instance.spawnMs,
    kernelMs: kind === 'vm' ? console.arrivedMs('kernel') : undefined,
    consoleMultiUserMs: console.arrivedMs('multi-user'),
    readyMs: nsToMs(ready.arrivedNs - t0Ns),
    commandMs: nsToMs(command.answeredNs - t0Ns),
    cpuMs,
    peakBytes: charge?.peakBytes,
    stalledMs: stalls?.longestMs() ?? 0,
    starts,
    // A container shares the host's CLOCK_MONOTONIC: its offset is exactly t0.
    guestOffsetMs: kind === 'vm' ? offset.offsetMs : -nsToMs(t0Ns),
    guestOffsetErrorMs: kind === 'vm' ? offset.errorMs : 0,
    initrdGuestMs: kind === 'vm' ? await initrdStart(agent) : undefined,
  };
}

/** `[    3.180353] Run /init as init process`: the first such line is the initrd's, where there is one. */
async function initrdStart(agent: Agent): Promise<number | undefined> {
  const { lines } = await agent.ask('kernel-milestones');
  const match = /^\[\s*(\d{1,6}\.\d{6})\] Run \/init as init process/.exec(lines[0] ?? '');
  return match === null ? undefined : Number(match[1]) * 1000;
}

async function gatherMemory({ instance, availableBeforeBytes }: Observed): Promise<MemoryReading> {
  const { clock, kind, meters } = instance;
  const { settled, waitedMs } = await waitUntilSettled(() => readTaken(meters), clock);
  const available = await readAvailableBytes();
  const [{ charge, missing }, { processes, processesMissing }, guestRam] = await Promise.all([
    readCharge(meters),
    readProcesses(meters),
    meters.guestRam(),
  ]);
  return {
    cgroup: charge,
    ...(missing === undefined ? {} : { chargeMissing: missing }),
    processes,
    ...(processesMissing === undefined ? {} : { processesMissing }),
    guestRam,
    ...(kind === 'vm' && processes !== undefined ? { diskCachedBytes: await cachedOfDisk(processes) } : {}),
    hostDeltaBytes: availableBeforeBytes - available,
    settledAfterMs: waitedMs,
    settled,
  };
}

/** The charge, or why there is none: everything else is measured all the same. */
async function readCharge(meters: InstanceMeters): Promise<{ charge?: CgroupMemory; missing?: string }> {
  try {
    return { charge: await meters.memory() };
  } catch (error) {
    return { missing: whyMissing(error, [NO_MEMORY_CONTROLLER, CHARGE_UNREADABLE]) };
  }
}

async function readProcesses(
  meters: InstanceMeters,
): Promise<{ processes: HostProcess[] | undefined; processesMissing?: string }> {
  try {
    return { processes: await meters.processes() };
  } catch (error) {
    return { processes: undefined, processesMissing: whyMissing(error, [PROCESS_UNREADABLE]) };
  }
}

/** The reason of an error that costs its figure alone; throws any other. */
function whyMissing(error: unknown, codes: readonly string[]): string {
  if (error instanceof TwinbootError && codes.includes(error.code)) return withHint(error);
  throw error;
}

/** What settles: the charge, or the PSS where there is none. Bytes. */
async function readTaken(meters: InstanceMeters): Promise<number> {
  const { charge } = await readCharge(meters);
  if (charge !== undefined) return charge.totalBytes;
  const { processes = [] } = await readProcesses(meters);
  return processes.reduce((sum, { pssBytes }) => sum + pssBytes, 0);
}

/** The VMM has the files of its disk open. */
async function cachedOfDisk(processes: readonly HostProcess[]): Promise<number | undefined> {
  const vmm = processes.filter(({ manager }) => manager).map(({ pid }) => pid);
  return readCachedBytes(await filesOpenIn(vmm));
}

/** The host's MemAvailable, bytes (proc(5)). Errors: `host-state-unknown` (host) where /proc/meminfo has none. */
export async function readAvailableBytes(): Promise<number> {
  const bytes = parseMeminfo(await readFile('/proc/meminfo', 'utf8')).get('MemAvailable');
  if (bytes === undefined) throw hostError('host-state-unknown', 'this host does not say MemAvailable');
  return bytes;
}

async function gatherInside({ instance: { agent, kind } }: Observed): Promise<InsideReading> {
  const answer = kind === 'vm' ? (await agent.ask('exec', KERNEL_MEMORY_COMMAND)).lines : [];
  const kernel = kind === 'vm' ? parseKernelMemory(answer) : undefined;
  const answered = parseMeminfo(answer.join('\n'));
  const meminfo = answered.has('MemTotal')
    ? answered
    : parseMeminfo((await ask(agent, 'meminfo')).lines.join('\n'));
  const processes = parseProcesses((await ask(agent, 'processes', '', [0, SOME_FILES_GONE])).lines);
  if (processes.length === 0)
    throw runError('agent-empty-answer', 'the agent reported no process with memory');
  return { meminfo, kernel, processes };
}

/** grep(1): something was found, and a process ended before its files were read. */
const SOME_FILES_GONE = 2;

/** In every image with systemd (os-release(5)): a file of some lines, and no link. */
export const INSPECTED_FILE = '/usr/lib/os-release';

async function gatherInspection(observed: Observed): Promise<InspectionReading> {
  const { instance, ready, preparationMs = 0 } = observed;
  const { askedNs, answeredNs } = await ask(instance.agent, 'exec', `cat ${INSPECTED_FILE}`);
  const readyMs = nsToMs(ready.arrivedNs - instance.t0Ns);
  return {
    file: INSPECTED_FILE,
    instanceMs: preparationMs + readyMs + nsToMs(answeredNs - askedNs),
    ways: await bareHostOf(observed).readImage(INSPECTED_FILE),
  };
}

/** Inside first. What the host cannot do costs what is held against it alone. */
async function gatherWork(observed: Observed): Promise<WorkReading> {
  const inside = await workInside(observed.instance.agent);
  const host = await bareHostOf(observed)
    .work()
    .then(parseWork, (error: unknown) => noWork(`on the host: ${messageOf(error)}`));
  return { inside, host };
}

function bareHostOf({ bareHost }: Observed): BareHost {
  if (bareHost !== undefined) return bareHost;
  throw hostError('no-bare-host', 'there is no bare host to hold the instance against');
}
