import type { z } from 'zod';
import type { TwinbootError } from '../../core/error.ts';
import type {
  IsolationFacts,
  RecordedIsolation,
  RuntimeDescription,
  RuntimeKind,
  StartedCommand,
} from '../../results/record.ts';
import type { Agent } from '../guest/agent.ts';
import type { Console } from '../guest/console.ts';
import type { Cgroup } from '../process/cgroup.ts';
import type { CachedImage } from '../image/cache.ts';
import type { Clock } from '../../core/clock.ts';
import type { CgroupMemory } from '../parse/cgroup-memory.ts';
import type { HostProcess } from '../contract/artifacts.ts';
import type { GuestRam } from '../parse/guest-ram.ts';
import type { HostContext } from '../host/context.ts';
import type { BareHost } from './bare-host.ts';

/** Whether a runtime can run here; if not, why, and what to do about it. */
export type Availability = { ok: true; version?: string } | Unavailable;
export interface Unavailable {
  ok: false;
  reason: string;
  fix: string;
}

/** The limits that hold for every runtime of a run alike. */
export interface Limits {
  memoryBytes: number;
  cpus: number;
}

export interface BootRequest {
  /** Names the instance's cgroup, its work folder and its console log; unique on the host. */
  bootId: string;
  /** Where the console log goes. */
  consoleLog: string;
  /** Overrides the memory limit, or the size of the VM, for this boot; bytes. */
  memoryBytes?: number;
  /** Called when the boot's control group stands, before anything runs in it. What it throws ends the boot. */
  beforeStart?: ((group: Cgroup) => Promise<void>) | undefined;
}

/**
 * One booted instance. What it owns was registered for removal before it was created; `kill` and `stop`
 * leave nothing of it behind.
 */
export interface Instance {
  readonly kind: RuntimeKind;
  /** The clock of every time of this instance: the host's. */
  readonly clock: Clock;
  /** Host CLOCK_MONOTONIC, ns, immediately before the runtime's process was released to start. */
  readonly t0Ns: bigint;
  /** When the runtime's process existed: ms since t0. */
  readonly spawnMs: number;
  readonly console: Console;
  readonly agent: Agent;
  /** Settles when the runtime's process has ended, however it ended; never rejects. */
  readonly exited: Promise<InstanceExit>;
  readonly meters: InstanceMeters;
  /** What was started, within its control group and room; absent where nothing was. */
  readonly command?: StartedCommand;
  /** The file or folder that takes what the instance writes to its disk; `undefined` where nothing is written. */
  readonly writable?: string;
  /** Reads what separates it from the host while it runs; absent where that cannot be read. Never throws. */
  readIsolation?(): RecordedIsolation | Promise<RecordedIsolation>;
  /** Asks the guest to power off and waits until everything of it is gone. ms from the question to the end. */
  stop(deadlineMs: number): Promise<number>;
  /** Kills what is left and removes what the instance made. Safe to call twice, and after `stop`. */
  kill(): Promise<void>;
}

export interface InstanceExit {
  /** Why twinboot itself has ended it; absent where it ended by itself or was asked to. */
  endedBecause?: TwinbootError;
  exitCode?: number;
  signal?: string;
  /** ms since t0. */
  atMs: number;
}

export const NO_MEMORY_CONTROLLER = 'no-memory-controller';

/**
 * The accounting boundary: the runtime's whole process tree, seen from the host.
 * A figure that this host's kernel does not give is `undefined`.
 */
export interface InstanceMeters {
  /** The cgroup's charge, split by kind. Errors: `no-memory-controller` (host). */
  memory(): Promise<CgroupMemory>;
  /** CPU time of the whole boundary since t0, ms. */
  cpuMs(): Promise<number | undefined>;
  /** The processes inside the boundary. */
  pids(): number[];
  /** How many processes the host's kernel has killed because the boundary had reached its memory limit. */
  oomKills(): number | undefined;
  /** Every process inside the boundary, as the host sees it. */
  processes(): Promise<HostProcess[]>;
  /** VMs: how much of the guest's RAM the host has had to provide, and the VMM's translation cache. */
  guestRam(): Promise<GuestRam | undefined>;
}

export interface PreparedRuntime {
  readonly description: RuntimeDescription;
  /** The memory limit of an instance, or the RAM of a VM, where the boot does not say otherwise; bytes. */
  readonly memoryBytes: number;
  /** true: KSM may merge the guest's RAM. */
  readonly ksm?: boolean;
  /** The bare host, to hold an instance against. `prepareRuntime` sees to it where the runtime has none of its own. */
  readonly bareHost?: BareHost;
  start(request: BootRequest): Promise<Instance>;
  /** Gives back what `prepare` took. */
  release(): Promise<void>;
}

export interface PrepareContext {
  host: HostContext;
  image: CachedImage;
  limits: Limits;
  /** The spec in canonical form: the runtime's id in the record. */
  specId: string;
  /** The runtime's version, where its availability named one. */
  version?: string;
  /** Tells the person at the terminal what is being waited for. */
  note(message: string): void;
}

/**
 * An isolation technology. One file in this folder and one line in `registry.ts`.
 * `options` turns the strings of `id:key=value` into typed values with defaults.
 */
export interface Runtime<Schema extends z.ZodObject = z.ZodObject> {
  readonly id: string;
  readonly title: string;
  readonly kind: RuntimeKind;
  readonly options: Schema;
  /** true: its machine can be of any architecture, where those of others run on the host's kernel or CPU. */
  readonly emulatesOthers?: true;
  /** Host tools it needs, by command name; `harness/host/tools.ts` knows their packages. */
  readonly tools: readonly string[];
  /** Those that these options need beside them on this host. */
  toolsFor?(options: z.infer<Schema>, host: Pick<HostContext, 'cgroups'>): readonly string[];
  availability(host: HostContext, options: z.infer<Schema>): Promise<Availability>;
  /** What separates an instance from the host when it is set up with these options: known before anything boots. */
  isolation(options: z.infer<Schema>): IsolationFacts;
  prepare(context: PrepareContext, options: z.infer<Schema>): Promise<PreparedRuntime>;
}
