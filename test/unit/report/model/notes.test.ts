import { describe, expect, it } from 'vitest';
import { memory } from '../../../../results/questions/memory.ts';
import type { MeasuredFigures } from '../../../../results/questions/question.ts';
import { services } from '../../../../results/questions/services.ts';
import { buildModel } from '../../../../report/model/report.ts';
import { summarise } from '../../../../results/summary.ts';
import { MIB } from '../../../../core/units.ts';
import { buildRecord } from '../../../fixtures/records/record.ts';

type Figures = Readonly<Record<string, number>>;

function notesOn(figures: Figures, more: Partial<MeasuredFigures> = {}): string[] {
  const measured: MeasuredFigures = {
    kind: 'container',
    options: { lower: 'shared' },
    cache: 'warm',
    median: (metric) => figures[metric],
    ...more,
  };
  return [...(memory.notes ?? []), ...(services.notes ?? [])].flatMap((note) => note(measured) ?? []);
}

describe('the notes on figures that seem not to fit', () => {
  it('say which way a container’s own page cache leans, and the other choice', () => {
    const figures = { 'memory.total': 44.9 * MIB, 'memory.page-cache': 34.7 * MIB };
    const [note, ...others] = notesOn(figures);
    expect(note).toContain('34.7 MiB of its 44.9 MiB (77.3 %) is page cache.');
    expect(note).toContain('a VM over a container look smaller. The other choice is lower=kept');
    expect(others).toEqual([]);
    expect(notesOn(figures, { options: { lower: 'kept' } })).toEqual([
      '34.7 MiB of its 44.9 MiB (77.3 %) is page cache, though its file system stays mounted from boot to boot.',
    ]);
    expect(notesOn({ 'memory.total': 44.9 * MIB, 'memory.page-cache': 4 * MIB })).toEqual([]);
  });

  it('say what of a VM nobody is charged for, where the cache was left warm', () => {
    const figures = { 'memory.charged-elsewhere': 42 * MIB };
    expect(notesOn(figures, { kind: 'vm' })).toEqual([
      expect.stringMatching(/^42.0 MiB of files .* --cache cold/),
    ]);
    expect(notesOn(figures, { kind: 'vm', cache: 'cold' })).toEqual([]);
    expect(notesOn({ 'memory.charged-elsewhere': 0 }, { kind: 'vm' })).toEqual([]);
  });

  it('say why a peak is below the total, and MemAvailable far from it', () => {
    expect(notesOn({ 'memory.total': 20 * MIB, 'memory.peak': 18 * MIB })).toEqual([
      expect.stringContaining(
        'the peak while booting (18.0 MiB) is below what it holds once settled (20.0 MiB)',
      ),
    ]);
    expect(notesOn({ 'memory.total': 20 * MIB, 'memory.host-delta': 5 * MIB })).toEqual([
      expect.stringContaining('MemAvailable fell by 5.00 MiB, and the charge is 20.0 MiB'),
    ]);
    expect(notesOn({ 'memory.total': 20 * MIB, 'memory.host-delta': 40 * MIB })).toEqual([
      expect.stringContaining('sees what no group is charged'),
    ]);
    expect(
      notesOn({ 'memory.total': 20 * MIB, 'memory.peak': 24 * MIB, 'memory.host-delta': 21 * MIB }),
    ).toEqual([]);
  });

  it('say how two sums of services differ, where both are there and do', () => {
    const apart = { 'memory.duplicated-services': 4 * MIB, 'memory.other-services': 4 * MIB };
    expect(notesOn({ ...apart, 'services.pss': 20 * MIB })).toEqual([
      expect.stringContaining(
        'its services take 20.0 MiB here (PSS) and 8.00 MiB in the waterfall of memory',
      ),
    ]);
    expect(notesOn({ ...apart, 'services.pss': 9 * MIB })).toEqual([]);
    expect(notesOn({ 'services.pss': 20 * MIB })).toEqual([]);
  });

  it('stand in the section of their scenario, with the runtime that they are about', () => {
    const record = buildRecord({ hostile: false, failedBoot: false });
    const lessThanHalf = record.samples.map((sample) => ({
      ...sample,
      values: sample.values.map((value) =>
        value.metric === 'memory.host-delta' ? { ...value, value: 3 * MIB } : value,
      ),
    }));
    const changed = { ...record, samples: lessThanHalf };
    const { scenarios } = buildModel(changed, summarise(changed));
    const notes = scenarios.find(({ id }) => id === 'memory')?.notes ?? [];
    expect(notes.map(({ text }) => text.split(':')[0])).toEqual(
      expect.arrayContaining(['systemd-nspawn', 'QEMU']),
    );
    expect(notes.find(({ text }) => text.startsWith('QEMU'))?.mark).toBe('emulated (TCG): not a KVM figure');
    expect(scenarios.find(({ id }) => id === 'startup')?.notes).toEqual([]);
  });
});
