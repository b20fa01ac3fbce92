import type { Agent, Ready } from '../guest/agent.ts';
import { malformed, parseGuestClock } from '../guest/protocol.ts';
import { nsToMs } from '../../core/clock.ts';

export interface ClockOffset {
  /** Add to guest CLOCK_MONOTONIC ms to get ms since t0. */
  offsetMs: number;
  /** The true offset lies within ± this. */
  errorMs: number;
}

const EXCHANGES = 5;

/**
 * Where the guest's clock stands on the host's: the guest reads its clock between the moment the question was written
 * and the moment the answer arrived, so each exchange bounds the offset from both sides, and the bounds of several
 * intersect (the same reasoning as NTP's, RFC 5905 section 8). READY bounds it from above.
 */
export async function measureClockOffset(agent: Agent, ready: Ready, t0Ns: bigint): Promise<ClockOffset> {
  let low = -Infinity;
  let high = nsToMs(ready.arrivedNs - t0Ns) - ready.guestMs;
  for (let exchange = 0; exchange < EXCHANGES; exchange += 1) {
    const { lines, askedNs, answeredNs } = await agent.ask('clock');
    const clock = parseGuestClock(lines[0] ?? '');
    if (clock === undefined) throw malformed('with an unreadable clock', lines[0] ?? '');
    // A coarse clock reads low by up to its resolution.
    low = Math.max(low, nsToMs(askedNs - t0Ns) - clock.guestMs - clock.resolutionMs);
    high = Math.min(high, nsToMs(answeredNs - t0Ns) - clock.guestMs);
  }
  return { offsetMs: (low + high) / 2, errorMs: Math.abs(high - low) / 2 };
}
