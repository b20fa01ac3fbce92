import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { hostClock, monotonicNs, msSince, nsToMs } from '../../../core/clock.ts';

describe('nanoseconds as milliseconds', () => {
  it.each([
    [0n, 0],
    [1_234_567n, 1.234],
    [-1_500_000n, -1.5],
    // Two readings of a host that has been up for a year: exact all the same.
    [31_536_000_123_456_789n - 31_536_000_000_000_000n, 123.456],
    [31_536_000_123_456_789n, 31_536_000_123.456],
  ])('%s ns: %s ms', (ns, ms) => {
    expect(nsToMs(ns)).toBe(ms);
  });
});

describe('the host’s clock', () => {
  it('never goes back', () => {
    const readings = Array.from({ length: 100 }, () => hostClock.nowNs());
    expect([...readings].sort((a, b) => Number(a - b))).toEqual(readings);
    expect(msSince(monotonicNs())).toBeGreaterThanOrEqual(0);
  });

  it('is CLOCK_MONOTONIC, which a container shares: not later than the uptime', ({ skip }) => {
    skip(process.platform !== 'linux', 'this system has no /proc');
    const now = monotonicNs();
    const uptimeMs = Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]) * 1000;
    // /proc/uptime is CLOCK_BOOTTIME in hundredths of a second: the same, and what the host was suspended.
    expect(nsToMs(now)).toBeLessThanOrEqual(uptimeMs + 10);
    expect(nsToMs(now)).toBeGreaterThan(0);
  });
});
