import { setTimeout as sleep } from 'node:timers/promises';
import { MIB } from '../../core/units.ts';
import type { Clock } from '../../core/clock.ts';
import { readKsm, type KsmReading } from '../meters/ksm.ts';
import { readAvailableBytes } from '../observe/observe.ts';
import { waitUntilSettled, type Settled } from '../observe/settle.ts';
import type { Member } from './fleet.ts';
import { whileAlive } from './while-alive.ts';

/** As many are looked at while the fleet settles: looking at all of a large one would itself keep it from settling. */
const WATCHED = 32;

/**
 * Waits until the fleet has settled: its CPU time no longer falls, its charge stays still by the rule that holds for
 * one instance, and where KSM runs for it, that has gone through all of it.
 */
export async function settleFleet(members: readonly Member[], withKsm: boolean): Promise<Settled> {
  const [first] = members;
  if (first === undefined) return { settled: true, waitedMs: 0 };
  const { clock } = first.instance;
  const watched = spread(members, WATCHED);
  const quiet = await waitUntilQuiet(() => cpuMsOf(watched), watched.length, clock);
  const merged = withKsm ? await waitUntilMerged() : { settled: true, waitedMs: 0 };
  const still = await waitUntilSettled(() => chargeOf(watched), clock);
  return {
    settled: quiet.settled && merged.settled && still.settled,
    waitedMs: quiet.waitedMs + merged.waitedMs + still.waitedMs,
  };
}

/** Of MemAvailable, which moves by some hundred KiB on a host that does nothing. */
const HOST_TOLERANCE = { bytes: 2 * MIB, share: 0 };

/** Waits until the host has got back what a fleet that has ended took: the next one is measured against it. */
export function settleHost(clock: Clock): Promise<Settled> {
  return waitUntilSettled(readAvailableBytes, clock, HOST_TOLERANCE);
}

async function chargeOf(members: readonly Member[]): Promise<number> {
  const charges = await Promise.all(members.map(({ instance }) => whileAlive(instance.meters.memory())));
  return charges.reduce((sum, charge) => sum + (charge?.totalBytes ?? 0), 0);
}

async function cpuMsOf(members: readonly Member[]): Promise<number> {
  const spent = await Promise.all(members.map(({ instance }) => whileAlive(instance.meters.cpuMs())));
  return spent.reduce<number>((sum, ms = 0) => sum + ms, 0);
}

const QUIET_WINDOW_MS = 1000;
const QUIET_DEADLINE_MS = 20_000;
/** An instance that takes no more of a CPU than this does nothing that would end soon: 0.5 %. */
const QUIET_MS_PER_S = 5;
/** A second that takes nearly as much as the one before: this is what it takes when nothing is asked of it. */
const NO_LONGER_FALLS = 0.8;

/** After `ready` a system still has work to finish, seconds of it in an emulated VM. At most 20 s. */
export async function waitUntilQuiet(
  readCpuMs: () => Promise<number>,
  instances: number,
  clock: Clock,
): Promise<Settled> {
  let spentMs = await readCpuMs();
  let before = Infinity;
  for (let waitedMs = QUIET_WINDOW_MS; ; waitedMs += QUIET_WINDOW_MS) {
    await clock.sleep(QUIET_WINDOW_MS);
    const now = await readCpuMs();
    const window = now - spentMs;
    if (window <= QUIET_MS_PER_S * instances || window >= before * NO_LONGER_FALLS)
      return { settled: true, waitedMs };
    if (waitedMs >= QUIET_DEADLINE_MS) return { settled: false, waitedMs };
    [spentMs, before] = [now, window];
  }
}

/** Every so many, the last always among them: what has started last moves most. */
export function spread<T>(items: readonly T[], most: number): T[] {
  const stride = Math.max(1, Math.ceil(items.length / most));
  return items.filter((_, index) => (items.length - 1 - index) % stride === 0);
}

const KSM_POLL_MS = 500;
const KSM_DEADLINE_MS = 180_000;
/** Share of what is saved. */
const KSM_TOLERANCE = 0.01;

/**
 * KSM merges a page that was the same in two scans in a row (ksm.rst): it has settled when two whole scans have gone by
 * in which what it saves has changed by less than 1 %. At most three minutes. `false` where it does not run.
 */
export async function waitUntilMerged(read: () => KsmReading | undefined = readKsm): Promise<Settled> {
  let mark: KsmReading | undefined;
  for (let waitedMs = 0; waitedMs < KSM_DEADLINE_MS; waitedMs += KSM_POLL_MS) {
    const now = read();
    if (now === undefined) return { settled: false, waitedMs };
    const moved =
      mark === undefined || Math.abs(now.savedBytes - mark.savedBytes) > now.savedBytes * KSM_TOLERANCE;
    if (moved) mark = now;
    else if (mark !== undefined && now.fullScans >= mark.fullScans + 2) return { settled: true, waitedMs };
    await sleep(KSM_POLL_MS);
  }
  return { settled: false, waitedMs: KSM_DEADLINE_MS };
}
