import { describe, expect, it } from 'vitest';
import { KIB, MIB } from '../../../core/units.ts';
import { waitUntilSettled, type Settled } from '../../../harness/observe/settle.ts';
import { manualClock } from '../../fixtures/guest/wire.ts';

/** Readings as a function of the time waited, on a clock that nobody waits for. */
function settle(bytesAt: (waitedMs: number) => number): Promise<Settled> {
  const clock = manualClock();
  return waitUntilSettled(() => Promise.resolve(bytesAt(Number(clock.nowNs()) / 1e6)), clock);
}

describe('memory has settled', () => {
  it('after 2.5 s in which it did not move', async () => {
    expect(await settle(() => 50 * MIB)).toEqual({ settled: true, waitedMs: 2500 });
  });

  it('2.5 s after its last step', async () => {
    const steps = (ms: number): number => (ms < 3000 ? 50 * MIB + ms * KIB : 60 * MIB);
    expect(await settle(steps)).toEqual({ settled: true, waitedMs: 5500 });
  });

  it('while it moves by no more than 256 KiB, or half a per cent of what is large', async () => {
    const wobble =
      (base: number, by: number) =>
      (ms: number): number =>
        base + (ms % 500 === 0 ? by : 0);
    expect(await settle(wobble(20 * MIB, 256 * KIB))).toMatchObject({ settled: true, waitedMs: 2500 });
    expect(await settle(wobble(20 * MIB, 257 * KIB))).toMatchObject({ settled: false });
    expect(await settle(wobble(500 * MIB, 2.5 * MIB))).toMatchObject({ settled: true, waitedMs: 2500 });
    expect(await settle(wobble(500 * MIB, 2.6 * MIB))).toMatchObject({ settled: false });
  });

  it('not while it creeps, however slowly between two readings: after 20 s that is said', async () => {
    const creep = (ms: number): number => 20 * MIB + (ms / 250) * 100 * KIB;
    expect(await settle(creep)).toEqual({ settled: false, waitedMs: 20_000 });
  });

  it('or the reading failed, which is an error', async () => {
    await expect(waitUntilSettled(() => Promise.reject(new Error('gone')), manualClock())).rejects.toThrow(
      'gone',
    );
  });
});
