import { describe, expect, it } from 'vitest';
import { divideTime, overheadShare } from '../../../bench/time-ledger.ts';
import type { BootEntry } from '../../../bench/run-log.ts';

/** A boot that began at `startedAtMs`, took 1 s in all, and was logged `afterMs` later. */
function boot(startedAtMs: number, afterMs: number): BootEntry {
  const spans = { bootMs: 600, observeMs: 300, shutdownMs: 100 };
  return { bootId: 'b', runtime: 'nspawn', startedAtMs, spans, loggedAtMs: startedAtMs + 1000 + afterMs };
}

describe('divideTime', () => {
  // Started at 10,000; 400 ms to the first boot; two boots; 5 ms of samples and 20 ms of saving after each; 575 ms of
  // report.
  const log = { boots: [boot(10_400, 5), boot(11_425, 5)], endedAtMs: 12_450 };
  const ledger = divideTime({ startedAtMs: 10_000, wallMs: 3025 }, log);

  it('says where the wall time went', () => {
    expect(ledger).toEqual({
      totalMs: 3025,
      bootsMs: 2000,
      prepareMs: 400,
      samplesMs: 10,
      saveMs: 40,
      reportMs: 575,
    });
  });

  it('leaves nothing out: the parts add up to the whole', () => {
    const { totalMs, ...parts } = ledger;
    expect(Object.values(parts).reduce((sum, part) => sum + part, 0)).toBeCloseTo(totalMs, 6);
  });

  it('counts everything but the boots as overhead', () => {
    expect(overheadShare(ledger)).toBeCloseTo(1025 / 3025, 12);
    expect(overheadShare({ ...ledger, totalMs: ledger.bootsMs })).toBe(0);
  });
});
