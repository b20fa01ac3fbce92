import { describe, expect, it } from 'vitest';
import { spread, waitUntilMerged, waitUntilQuiet } from '../../../harness/fleet/settle-fleet.ts';
import { manualClock } from '../../fixtures/guest/wire.ts';

/** A clock whose sleeps take no time. */
function quickClock(): Parameters<typeof waitUntilQuiet>[2] {
  const clock = manualClock();
  return {
    nowNs: () => clock.nowNs(),
    sleep: (ms) => {
      clock.advance(ms);
      return Promise.resolve();
    },
  };
}

/** A total that grows by these amounts, one each time it is read. */
function growingBy(...amounts: number[]): () => Promise<number> {
  let total = 0;
  return () => Promise.resolve((total += amounts.shift() ?? 0));
}

describe('waitUntilQuiet', () => {
  it('takes a second for instances that do nothing', async () => {
    expect(await waitUntilQuiet(growingBy(100, 10), 4, quickClock())).toEqual({
      settled: true,
      waitedMs: 1000,
    });
  });

  it('waits while the CPU time of a second falls, as after a boot', async () => {
    const cpu = growingBy(0, 900, 500, 120, 110);
    expect(await waitUntilQuiet(cpu, 1, quickClock())).toEqual({ settled: true, waitedMs: 4000 });
  });

  it('gives up after twenty seconds', async () => {
    let rate = 2 ** 40;
    let total = 0;
    const cpu = (): Promise<number> => Promise.resolve((total += rate /= 2));
    expect(await waitUntilQuiet(cpu, 1, quickClock())).toEqual({ settled: false, waitedMs: 20_000 });
  });
});

describe('spread', () => {
  it('takes all of a few', () => expect(spread([1, 2, 3], 32)).toEqual([1, 2, 3]));

  it('takes every so many of many, the last always', () => {
    const chosen = spread(
      Array.from({ length: 100 }, (_, index) => index + 1),
      32,
    );
    expect(chosen).toHaveLength(25);
    expect(chosen.slice(-2)).toEqual([96, 100]);
  });
});

describe('waitUntilMerged', () => {
  it('has not settled where KSM does not run', async () => {
    expect(await waitUntilMerged(() => undefined)).toEqual({ settled: false, waitedMs: 0 });
  });

  it('waits for two whole scans in which nothing more was saved', async () => {
    const readings = [
      { savedBytes: 0, fullScans: 1 },
      { savedBytes: 500, fullScans: 2 },
      { savedBytes: 500, fullScans: 3 },
      { savedBytes: 503, fullScans: 4 },
    ];
    const merged = await waitUntilMerged(() => readings.shift());
    expect(merged.settled).toBe(true);
    expect(readings).toEqual([]);
  });
});
