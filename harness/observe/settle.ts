import type { Clock } from '../../core/clock.ts';

const INTERVAL_MS = 250;
/**
 * Memory has settled when it stayed within the tolerance for this long. The kernel brings memory.stat up to date every
 * 2 s (mm/memcontrol.c, FLUSH_TIME): one reading in ten that came earlier lacked megabytes of page cache, its total
 * being right.
 */
const WINDOW_MS = 2500;
const DEADLINE_MS = 20_000;

/** How far readings may lie apart that are called the same. */
export interface Tolerance {
  bytes: number;
  share: number;
}
const CHARGE_TOLERANCE: Tolerance = { bytes: 256 * 1024, share: 0.005 };

export interface Settled {
  settled: boolean;
  waitedMs: number;
}

/** Waits until a reading in bytes stays within the tolerance (0.5 % or 256 KiB) for 2.5 s, at most 20 s. */
export async function waitUntilSettled(
  read: () => Promise<number>,
  clock: Clock,
  { bytes, share } = CHARGE_TOLERANCE,
): Promise<Settled> {
  const readings: number[] = [];
  const perWindow = WINDOW_MS / INTERVAL_MS + 1;
  for (let waitedMs = 0; ; waitedMs += INTERVAL_MS) {
    readings.push(await read());
    const window = readings.slice(-perWindow);
    const [low, high] = [Math.min(...window), Math.max(...window)];
    const still = high - low <= Math.max(bytes, high * share);
    if (window.length === perWindow && still) return { settled: true, waitedMs };
    if (waitedMs >= DEADLINE_MS) return { settled: false, waitedMs };
    await clock.sleep(INTERVAL_MS);
  }
}
