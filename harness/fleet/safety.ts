import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { hostError } from '../../core/error.ts';
import { textIfThere } from '../../core/read-if-there.ts';
import { formatBytes, formatMs } from '../../core/units.ts';
import { defaultReserveBytes } from '../../results/capacity/question.ts';
import { parseThreads } from '../host/limits/processes.ts';
import { parseMeminfo } from '../parse/meminfo.ts';

/** What the host is like at one moment. */
export interface HostState {
  /** MemAvailable and MemTotal of /proc/meminfo. */
  availableBytes: number;
  totalBytes: number;
  /**
   * Share of the last 10 s in which all work on the host at once stood still for want of memory, in percent: `full
   * avg10` of /proc/pressure/memory (Documentation/accounting/psi.rst). `undefined` on a kernel without it.
   */
  memoryStallPercent?: number;
  /** The load average of one minute. */
  load: number;
  /** Tasks that run, are ready to, or wait for a disk, at this moment (proc_stat(5)): what `load` averages. */
  busy: number;
  cpus: number;
  /** Threads of the whole host, each of which has a pid. */
  threads: number;
  pidMax: number;
}

/** Where a series stands, and where it would go next. */
export interface SeriesState extends HostState {
  /** Since the series began, on the monotonic clock. */
  elapsedMs: number;
  live: number;
  /** How many instances there would be after the next step. */
  next: number;
  /** What a further instance takes of the host's available memory, at most: measured, or a guess while nothing is. */
  bytesPerInstance: number;
  /** What a limit of the host says to the next step: the message of its finding. */
  hostLimit?: string;
}

/** When it ends: every figure is a ceiling or a reserve that the next step must not break. */
export interface SafetyPolicy {
  /** Memory that stays available. */
  reserveBytes: number;
  /** Of `memoryStallPercent`. */
  maxMemoryStallPercent: number;
  /** Of the load, for each CPU. */
  maxLoadPerCpu: number;
  /** Share of pid_max. */
  maxPidShare: number;
  maxElapsedMs: number;
}

/**
 * A tenth of the memory, and 1 GiB on small hosts, is what a host needs for itself without reclaiming what it is about
 * to use. Working tasks lose 10 % of their time to memory long before the host is lost, and none where there is enough.
 * A booting system keeps some nine tasks ready, so as many boots at once as there are CPUs stay below 16 for each CPU;
 * with more than that, a shell gets less than a sixteenth of one. A tenth of the pids is left to everybody else.
 */
export function defaultPolicy(totalBytes: number): SafetyPolicy {
  return {
    reserveBytes: defaultReserveBytes(totalBytes),
    maxMemoryStallPercent: 10,
    maxLoadPerCpu: 16,
    maxPidShare: 0.9,
    maxElapsedMs: 60 * 60_000,
  };
}

export type StopReason = 'memory' | 'load' | 'processes' | 'time' | 'host-limit';

/** `passes`: it tells of the last seconds, and may be over in a moment. */
export type Verdict = { go: true } | { go: false; reason: StopReason; message: string; passes?: true };

/** Whether the next step may be taken: what endangers the host comes first, what only ends the series last. */
export function nextStepVerdict(state: SeriesState, policy: SafetyPolicy): Verdict {
  const stops: readonly (readonly [StopReason, string | undefined, typeof PASSES?])[] = [
    ['memory', outgrowsMemory(state, policy)],
    ['memory', stalls(state, policy), PASSES],
    ['load', overloads(state, policy), PASSES],
    ['processes', outgrowsPids(state, policy)],
    ['host-limit', state.hostLimit],
    ['time', takesTooLong(state, policy)],
  ];
  for (const [reason, message, passes] of stops)
    if (message !== undefined) return { go: false, reason, message, ...passes };
  return { go: true };
}

const PASSES = { passes: true } as const;

/** Within so many the end of another fleet, timers that go off together, and a boot with too little memory are over. */
const MOST_LOOKS = 30;

/** The verdict of `look`; one that may pass is looked at again, after a `pause`, until it has lasted. */
export async function lastingVerdict(look: () => Verdict, pause: () => Promise<void>): Promise<Verdict> {
  for (let looks = 1; ; looks += 1) {
    const verdict = look();
    if (verdict.go || verdict.passes !== true || looks === MOST_LOOKS) return verdict;
    await pause();
  }
}

/** How many instances memory is enough for in all, and the words for a target that is more; before it happens. */
export function forecastMemory(
  state: Pick<SeriesState, 'availableBytes' | 'live' | 'bytesPerInstance'>,
  target: number,
  policy: SafetyPolicy,
): { fits: number; message?: string } {
  const { live, bytesPerInstance } = state;
  const spareBytes = spare(state, policy);
  if (bytesPerInstance <= 0) return { fits: target };
  const fits = live + Math.floor(spareBytes / bytesPerInstance);
  if (fits >= target) return { fits };
  const message =
    `${target} instances will not fit: each further one takes up to ${formatBytes(bytesPerInstance)}, and ` +
    `${formatBytes(spareBytes)} are left above the reserve of ${formatBytes(policy.reserveBytes)}: about ${fits} fit`;
  return { fits, message };
}

function stalls({ memoryStallPercent = 0 }: SeriesState, policy: SafetyPolicy): string | undefined {
  if (memoryStallPercent <= policy.maxMemoryStallPercent) return undefined;
  return (
    `the whole host stood still for want of memory for ${memoryStallPercent} % of the last 10 s, and ` +
    `${policy.maxMemoryStallPercent} % are allowed`
  );
}

function outgrowsMemory(state: SeriesState, policy: SafetyPolicy): string | undefined {
  const spareBytes = spare(state, policy);
  const neededBytes = furtherInstances(state) * state.bytesPerInstance;
  if (state.availableBytes >= policy.reserveBytes && neededBytes <= spareBytes) return undefined;
  const reserve = `the reserve of ${formatBytes(policy.reserveBytes)}`;
  if (state.availableBytes < policy.reserveBytes) {
    return `only ${formatBytes(state.availableBytes)} are available, less than ${reserve}`;
  }
  return (
    `${furtherText(state)} would take about ${formatBytes(neededBytes)}, and only ` +
    `${formatBytes(spareBytes)} are left above ${reserve}`
  );
}

function spare({ availableBytes }: Pick<HostState, 'availableBytes'>, policy: SafetyPolicy): number {
  return Math.max(0, availableBytes - policy.reserveBytes);
}

/** The average still tells of boots that ended within the last minute: only what goes on now as well counts. */
function overloads({ load, busy, cpus }: SeriesState, policy: SafetyPolicy): string | undefined {
  const ceiling = policy.maxLoadPerCpu * cpus;
  if (Math.min(load, busy) <= ceiling) return undefined;
  return `the load is ${load.toFixed(1)} with ${busy} tasks busy at once, and ${ceiling} is allowed on ${cpus} CPUs`;
}

function outgrowsPids(state: SeriesState, policy: SafetyPolicy): string | undefined {
  const ceiling = Math.floor(policy.maxPidShare * state.pidMax);
  if (state.threads <= ceiling) return undefined;
  return (
    `with ${furtherText(state)} the host would have about ${state.threads} processes and threads, and ${ceiling} are ` +
    `allowed (kernel.pid_max is ${state.pidMax})`
  );
}

function takesTooLong({ elapsedMs }: SeriesState, policy: SafetyPolicy): string | undefined {
  if (elapsedMs < policy.maxElapsedMs) return undefined;
  return `the series has taken ${formatMs(elapsedMs)}, and ${formatMs(policy.maxElapsedMs)} are allowed`;
}

function furtherInstances({ live, next }: SeriesState): number {
  return Math.max(0, next - live);
}

function furtherText(state: SeriesState): string {
  const further = furtherInstances(state);
  return `${further} more ${further === 1 ? 'instance' : 'instances'}`;
}

/** This host as it is now. Throws where it has no /proc/meminfo, stat or loadavg: without them nothing is safe. */
export function readHostState(): HostState {
  return parseHostState({
    meminfo: readFileSync('/proc/meminfo', 'utf8'),
    loadavg: readFileSync('/proc/loadavg', 'utf8'),
    stat: readFileSync('/proc/stat', 'utf8'),
    pidMax: readFileSync('/proc/sys/kernel/pid_max', 'utf8'),
    // Without CONFIG_PSI, or switched off (psi=0), there is none.
    pressure: textIfThere('/proc/pressure/memory'),
    cpus: availableParallelism(),
  });
}

export interface HostStateFiles {
  meminfo: string;
  loadavg: string;
  stat: string;
  pidMax: string;
  /** /proc/pressure/memory, where the kernel has it. */
  pressure: string | undefined;
  cpus: number;
}

/** From the files' texts. Throws where one lacks what the safety of the host hangs on. */
export function parseHostState({
  meminfo,
  loadavg,
  stat,
  pidMax,
  pressure,
  cpus,
}: HostStateFiles): HostState {
  const memory = parseMeminfo(meminfo);
  const full = /^full avg10=(\d+\.\d+)/m.exec(pressure ?? '')?.[1];
  return {
    availableBytes: required('MemAvailable', memory.get('MemAvailable')),
    totalBytes: required('MemTotal', memory.get('MemTotal')),
    ...(full === undefined ? {} : { memoryStallPercent: Number(full) }),
    load: required('the load average', parseFirst(/^(\d+\.\d+) /, loadavg)),
    busy:
      required('procs_running', parseFirst(/^procs_running (\d+)$/m, stat)) +
      required('procs_blocked', parseFirst(/^procs_blocked (\d+)$/m, stat)),
    cpus,
    threads: required('the number of threads', parseThreads(loadavg)),
    pidMax: required('kernel.pid_max', parseFirst(/^(\d+)/, pidMax)),
  };
}

function parseFirst(pattern: RegExp, text: string): number | undefined {
  const digits = pattern.exec(text)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

function required(what: string, value: number | undefined): number {
  if (value === undefined) throw hostError('host-state-unknown', `this host does not say ${what}`);
  return value;
}
