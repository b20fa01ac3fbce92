import { setTimeout as sleep } from 'node:timers/promises';

/** A monotonic clock. There is one for everything that is real, and a fake one for the fake runtime. */
export interface Clock {
  /** Nanoseconds since an arbitrary zero. */
  nowNs(): bigint;
  sleep(ms: number): Promise<void>;
}

/** The host's CLOCK_MONOTONIC, the one clock of every figure (clock_gettime(2)). */
export const hostClock: Clock = {
  nowNs: monotonicNs,
  sleep: (ms) => sleep(ms),
};

/** The host's CLOCK_MONOTONIC, ns. */
export function monotonicNs(): bigint {
  return process.hrtime.bigint();
}

/** Nanoseconds between two readings as milliseconds, exact to the microsecond. */
export function nsToMs(ns: bigint): number {
  return Number(ns / 1000n) / 1000;
}

/** Milliseconds on the host's clock since an earlier reading of it. */
export function msSince(startNs: bigint): number {
  return nsToMs(hostClock.nowNs() - startNs);
}
