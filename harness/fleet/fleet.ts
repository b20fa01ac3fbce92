import { setMaxListeners } from 'node:events';
import { join } from 'node:path';
import { eachAtOnce } from '../../core/at-once.ts';
import type { Stop } from '../../results/fleet/density.ts';
import type { Stopped } from '../contract/fleet-readings.ts';
import type { Ready } from '../guest/agent.ts';
import { monotonicNs, nsToMs } from '../../core/clock.ts';
import { interrupted, untilReady } from '../runtimes/ready.ts';
import type { Instance, PreparedRuntime } from '../runtimes/runtime.ts';

/** An instance that is ready, and has not ended. */
export interface Member {
  /** 1-based, in order of the starts of the fleet. */
  number: number;
  instance: Instance;
  ready: Ready;
  /** t0 to `ready`. */
  readyMs: number;
}

/** An instance that did not get ready, or ended by itself. */
export interface Loss {
  number: number;
  /** Since the first start of the fleet. */
  atMs: number;
  error: unknown;
}

export interface FleetRequest {
  runtime: PreparedRuntime;
  /** Unique on the host; the instances are called `<fleetId>-<number>`. */
  fleetId: string;
  /** The folder for the console logs. */
  consoleFolder: string;
  /** From t0 to READY, for each instance. */
  readyDeadlineMs: number;
  shutdownDeadlineMs: number;
  signal: AbortSignal;
}

/** Many live instances of one runtime. */
export interface Fleet {
  /** Those that live now, in order of their start. */
  members(): Member[];
  readonly lost: readonly Loss[];
  /** Of all that were started, the lost ones too; host CLOCK_MONOTONIC. */
  readonly firstT0Ns: bigint | undefined;
  /** ms since its first start was begun; 0 before it. */
  elapsedMs(): number;
  /**
   * Starts instances, at most `parallel` at once, until `count` more have been tried. `mayStart` is asked before each
   * of them and can end it. Throws where the run was interrupted.
   */
  grow(count: number, parallel: number, mayStart?: MayStart): Promise<Growth>;
  /** Asks all to power off and waits until nothing of them is left. */
  stop(): Promise<Stopped>;
  /** Kills all and removes what they made. Safe to call twice, and after `stop`. */
  kill(): Promise<void>;
}

export type MayStart = (live: number) => Promise<Stop | undefined>;

export interface Growth {
  /** Those that got ready, in order of their start. */
  added: Member[];
  /** Why it ended before `count` were tried. */
  stop: Stop | undefined;
}

/** Enough to keep every CPU busy with the ends of instances, whatever they wait for. */
const STOPS_AT_ONCE = 32;

export function createFleet(request: FleetRequest): Fleet {
  return new RuntimeFleet(request);
}

class RuntimeFleet implements Fleet {
  readonly lost: Loss[] = [];
  firstT0Ns: bigint | undefined;

  private readonly request: FleetRequest;
  /** All that are not removed yet. */
  private readonly started = new Map<number, Instance>();
  private readonly living = new Map<number, Member>();
  private lastNumber = 0;
  private begunNs: bigint | undefined;

  constructor(request: FleetRequest) {
    this.request = request;
    // Each that boots listens, and any number may boot at once.
    setMaxListeners(0, request.signal);
  }

  members(): Member[] {
    return inOrder(this.living.values());
  }

  elapsedMs(): number {
    return this.begunNs === undefined ? 0 : nsToMs(monotonicNs() - this.begunNs);
  }

  async grow(count: number, parallel: number, mayStart?: MayStart): Promise<Growth> {
    const added: Member[] = [];
    let stop: Stop | undefined;
    const numbers = Array.from({ length: count }, (_, index) => this.lastNumber + index + 1);
    await eachAtOnce(numbers, Math.min(parallel, count), async (number) => {
      this.request.signal.throwIfAborted();
      if (stop !== undefined) return;
      const refusal = await mayStart?.(this.living.size);
      // Others may have been refused while this one was asked about.
      stop ??= refusal;
      if (stop !== undefined) return;
      this.lastNumber = Math.max(this.lastNumber, number);
      const member = await this.boot(number);
      if (member !== undefined) added.push(member);
    });
    return { added: inOrder(added), stop };
  }

  async stop(): Promise<Stopped> {
    const askedNs = monotonicNs();
    let killed = 0;
    await eachAtOnce([...this.started], STOPS_AT_ONCE, async ([number, instance]) => {
      if (!(await this.powerOff(number, instance))) killed += 1;
    });
    return { tookMs: nsToMs(monotonicNs() - askedNs), killed };
  }

  async kill(): Promise<void> {
    this.living.clear();
    await eachAtOnce([...this.started.keys()], STOPS_AT_ONCE, (number) => this.remove(number));
  }

  private async boot(number: number): Promise<Member | undefined> {
    const { runtime, fleetId, consoleFolder, readyDeadlineMs, signal } = this.request;
    const bootId = `${fleetId}-${number}`;
    const consoleLog = join(consoleFolder, `${bootId}-${runtime.description.runtime}.log`);
    this.begunNs ??= monotonicNs();
    try {
      const instance = await runtime.start({ bootId, consoleLog });
      // Of several that start at once, the first to be prepared need not be the first to be released.
      if (this.firstT0Ns === undefined || instance.t0Ns < this.firstT0Ns) this.firstT0Ns = instance.t0Ns;
      this.started.set(number, instance);
      const ready = await untilReady(instance, readyDeadlineMs, signal);
      const readyMs = nsToMs(ready.arrivedNs - instance.t0Ns);
      const member = { number, instance, ready, readyMs };
      this.living.set(number, member);
      void instance.exited.then(() => this.lose(number));
      return member;
    } catch (error) {
      if (signal.aborted) throw interrupted();
      this.lost.push({ number, atMs: this.elapsedMs(), error });
      await this.remove(number);
      return undefined;
    }
  }

  /** A member that is being stopped is no member any more: what ends here ended by itself. */
  private lose(number: number): void {
    const member = this.living.get(number);
    if (member === undefined) return;
    this.living.delete(number);
    const tail = member.instance.console.tail().at(-1);
    const error = new Error(`it ended by itself${tail === undefined ? '' : `; its last words: ${tail}`}`);
    this.lost.push({ number, atMs: this.elapsedMs(), error });
    // What is left of it goes now; where that fails, the end of the run tries again.
    void this.remove(number).catch(() => undefined);
  }

  /** Whether it obeyed, where it was a member. */
  private async powerOff(number: number, instance: Instance): Promise<boolean> {
    const isMember = this.living.delete(number);
    const stopped = isMember ? instance.stop(this.request.shutdownDeadlineMs) : Promise.resolve();
    const obeyed = await stopped.then(
      () => true,
      () => false,
    );
    await this.remove(number);
    return obeyed;
  }

  private async remove(number: number): Promise<void> {
    await this.started.get(number)?.kill();
    this.started.delete(number);
  }
}

function inOrder(members: Iterable<Member>): Member[] {
  return [...members].sort((a, b) => a.number - b.number);
}
