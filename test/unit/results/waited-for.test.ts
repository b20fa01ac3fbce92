import { describe, expect, it } from 'vitest';
import type { RunRecord } from '../../../results/record.ts';
import { waitedForNotes } from '../../../results/waited-for.ts';
import { buildRecord } from '../../fixtures/records/record.ts';

/** Every measured boot of the runtime waited so long for this unit. */
function withWait(waitedFor: unknown, runtime = 'nspawn'): RunRecord {
  const record = buildRecord();
  for (const sample of record.samples)
    if (sample.scenario === 'startup' && sample.runtime === runtime) sample.details.waitedFor = waitedFor;
  return record;
}

describe('what multi-user.target waited for', () => {
  it('is named where it took a good part of the boot', () => {
    expect(waitedForNotes(withWait({ unit: 'slow-failure.service', durationMs: 8026 }))).toEqual([
      {
        runtime: 'nspawn',
        text: 'multi-user.target waited for slow-failure.service, whose start took 8.03 s',
        emulated: false,
      },
    ]);
  });

  it('carries the marks of a time: an emulated VM’s, and those of an emulated host', () => {
    const wait = { unit: 'slow.service', durationMs: 90_000 };
    expect(waitedForNotes(withWait(wait, 'qemu'))).toMatchObject([{ runtime: 'qemu', emulated: true }]);
    const record = withWait(wait);
    record.host.virtualization = 'tcg';
    expect(waitedForNotes(record)).toMatchObject([{ emulated: false, timeMarks: ['emulated-host'] }]);
  });

  it('is not told where it took next to nothing, or is not known', () => {
    expect(waitedForNotes(withWait({ unit: 'dbus.service', durationMs: 1 }))).toEqual([]);
    expect(waitedForNotes(buildRecord())).toEqual([]);
    for (const odd of [null, 'a', { unit: 7, durationMs: 9000 }, { unit: 'a' }])
      expect(waitedForNotes(withWait(odd))).toEqual([]);
  });
});
