import type { Stop } from '../../results/fleet/density.ts';
import type { Storm } from '../../results/fleet/storm.ts';
import type { MinimumMemory } from '../../results/fleet/minimum-memory.ts';
import type { GuestProcess } from '../parse/processes.ts';
import type { CgroupMemory } from '../parse/cgroup-memory.ts';
import type { GuestRam } from '../parse/guest-ram.ts';
import type { StressDone, Stressor } from '../parse/stress.ts';
import type { WorkFigures } from '../parse/work.ts';
import type { HostProcess, InsideReading } from './artifacts.ts';

/** What is read of one of many live instances. */
export interface MemberReading {
  cgroup: CgroupMemory;
  /** Everything inside the boundary, as the host sees it. */
  processes: HostProcess[];
  /** VMs only. */
  guestRam: GuestRam | undefined;
  inside: SeenInside;
}

/**
 * What is known of an instance's inside: of a VM by its agent, of a container by the host, which sees its processes
 * too.
 */
export interface SeenInside extends Omit<InsideReading, 'processes'> {
  processes: Pick<GuestProcess, 'unit' | 'pssBytes' | 'pssAnonBytes'>[];
}

/**
 * Everything that is read at one step, over all live instances. Times in ms; `atMs` since the first start of the
 * series.
 */
export interface StepReading {
  atMs: number;
  /** t0 to `ready` of each instance that this step added. */
  readyMs: number[];
  settled: boolean;
  settledAfterMs: number;
  measuredInMs: number;
  members: MemberReading[];
  /** The host's MemAvailable. */
  availableBytes: number;
  writableBytes: number | undefined;
  /** CPU time and context switches of all instances while nothing was asked of them. */
  idle: { windowMs: number; cpuMs: number | undefined; contextSwitches: number | undefined };
  /** What KSM saves on the whole host. */
  ksmSavedBytes: number | undefined;
}

/** How a fleet ended. */
export interface Stopped {
  tookMs: number;
  /** How many did not power off in time, and were killed. */
  killed: number;
}

/** One series of the density scenario, so far. */
export interface DensityReading {
  /** The host's MemAvailable before the first t0. */
  availableBeforeBytes: number;
  steps: StepReading[];
  /** How the series ended. It is `interrupted` until then. */
  stop: Stop;
  lost: { instance: number; atMs: number; message: string }[];
  limits: {
    id: string;
    title: string;
    where?: string;
    limit: number;
    perInstance?: number;
    raisedTo?: number;
    /** The most that it can be set to; `limit` where nobody can raise it. */
    raisableTo?: number;
    /** What an instance does without where it is used up; absent where the instance fails. */
    tolerated?: string;
  }[];
  /** How the fleet ended; while it lives, `undefined`. */
  stopped: Stopped | undefined;
}

/** Bursts of increasing size, one after the other. */
export type StormReading = Storm;

export interface MinimumMemoryReading extends MinimumMemory {
  /** The smallest that got ready in time; `undefined` where none did. */
  smallestBytes: number | undefined;
}

/** What the tasks of one boot used of the kernel that serves them. */
export interface KernelUse<Used> {
  /** From t0 to `ready`. */
  boot: Used;
  /** In `idleMs` after that, while nothing was asked of the instance. */
  idle: Used;
}

/** Each part is of a boot of its own. */
export interface KernelUseReading {
  idleMs: number;
  /** By number, with how often. */
  calls?: KernelUse<ReadonlyMap<string, number>>;
  /** By name. */
  functions?: KernelUse<ReadonlySet<string>>;
  /** Why one of them is not there, and what to do about it. */
  missing: { calls?: string; functions?: string };
}

/** One stressor: how fast the neighbour of a stressed instance works, and how fast it works beside an idle one. */
export interface ContentionRound {
  stressor: Stressor;
  /** Just before, and just after where it came to that. */
  quiet: WorkFigures[];
  stressed?: WorkFigures;
  done?: StressDone;
  /** CPU time of the stressed instance over the time that its neighbour worked: 1 is one CPU. Host. */
  stressorCpus?: number;
  /** Why a part is not there. */
  reason?: string;
}

export interface ContentionReading {
  rounds: ContentionRound[];
}

/** What surveys read, by the survey's name. A survey takes boots of its own: one boot cannot answer its question. */
export interface SurveyReadings {
  density: DensityReading;
  storm: StormReading;
  'minimum-memory': MinimumMemoryReading;
  'kernel-use': KernelUseReading;
  contention: ContentionReading;
}

export type SurveyName = keyof SurveyReadings;
