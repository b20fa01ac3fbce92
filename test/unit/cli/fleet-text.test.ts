import { describe, expect, it } from 'vitest';
import { fleetText } from '../../../harness/cli/fleet-text.ts';
import { summaryText } from '../../../harness/cli/summary-text.ts';
import { densityIn, type Density } from '../../../results/fleet/density.ts';
import { minimumMemoryIn } from '../../../results/fleet/minimum-memory.ts';
import type { RunRecord } from '../../../results/record.ts';
import { summarise } from '../../../results/summary.ts';
import { densityRecord } from '../../fixtures/records/density.ts';
import { fleetRecord, sharingRecord, runNothingOnHost } from '../../fixtures/records/fleet.ts';
import { buildRecord } from '../../fixtures/records/record.ts';

const summaryOf = (record: RunRecord): string => summaryText(record, summarise(record));

/** The cells of the line that begins so; two blanks end a cell. */
function cellsOf(text: string, start: string): string[] {
  const line = text.split('\n').find((candidate) => candidate.startsWith(start));
  return line?.split(/ {2,}/u) ?? [];
}

function detailsOf(record: RunRecord, scenario: string, runtime: string): Record<string, unknown> {
  const sample = record.samples.find((one) => one.scenario === scenario && one.runtime === runtime);
  if (sample === undefined) throw new Error(`no sample of ${scenario}`);
  return sample.details;
}

describe('the table of density', () => {
  const text = fleetText(fleetRecord({ scenarios: ['density'] }));

  it('has a line for each runtime with slopes, their intervals, and why the series ended', () => {
    expect(cellsOf(text, 'density')).toEqual([
      'density',
      'first instance',
      'one more [95 %]',
      'by MemAvailable [95 %]',
      'live at once',
      'last ready',
      'idle CPU of one',
      'why it stopped',
    ]);
    const [name, first, more, available, live, ready, idle, stopped] = cellsOf(text, 'qemu *');
    expect([name, live, stopped]).toEqual(['qemu *', '8', 'memory']);
    expect(text).toContain('! qemu: MemAvailable fell to 1.02 GiB, of which 1.00 GiB is kept for the host');
    expect(first).toMatch(/^4\d\d MiB$/);
    expect(more).toMatch(/^3\d\d MiB \[3\d\d MiB, 3\d\d MiB\]$/);
    expect(available).toMatch(/^3\d\d MiB \[3\d\d MiB, 3\d\d MiB\]$/);
    expect(ready).toMatch(/^[\d.]+ s$/);
    expect(idle).toMatch(/^[\d.]+ ms\/s$/);
  });

  it('marks what was emulated, and lists what was lost without the colours of its console', () => {
    expect(text).toContain('* emulated (TCG): not a KVM figure');
    expect(text).toContain('! qemu: lost instance 7 after 212 s: the guest ended: Out of memory');
  });

  it('says beside the first instance what all share once and none is charged for', () => {
    const record = fleetRecord({ scenarios: ['density'] });
    expect(fleetText(record)).not.toContain('shared once');
    for (const { steps } of record.samples.map(({ details }) => details as unknown as Density))
      for (const step of steps) step.chargedElsewhereBytes = 105 * 1024 * 1024;
    expect(fleetText(record)).toContain(
      'Beside the first, shared once by all and charged to whoever read it first: nspawn 105 MiB, qemu * 105 MiB',
    );
  });

  it('says that the steps were too few for an interval', () => {
    const few = fleetText(densityRecord({ steps: [1, 2], scenarios: ['density'] }));
    expect(cellsOf(few, 'nspawn')[2]).toMatch(/ MiB \(too few steps for an interval\)$/);
  });

  it('leaves open what one step cannot tell', () => {
    const one = fleetText(densityRecord({ steps: [4], scenarios: ['density'], runtimes: ['nspawn'] }));
    const [name, first, more, available, live] = cellsOf(one, 'nspawn');
    expect([name, first, more, available, live]).toEqual(['nspawn', '–', '–', '–', '4']);
  });
});

describe('the waterfall of one instance', () => {
  const text = fleetText(fleetRecord({ scenarios: ['density'] }));

  it('stands beside itself alone and among many, part by part, and adds up', () => {
    const head = text.slice(text.indexOf('memory of one')).split('\n').slice(0, 2);
    expect(head[0]?.split(/ {2,}/u)).toEqual(['memory of one', 'nspawn', 'nspawn', 'qemu *', 'qemu *']);
    expect(head[1]?.trim().split(/ {2,}/u)).toEqual(['alone', 'each of 50', 'alone', 'each of 8']);
    expect(cellsOf(text, 'Translation cache')).toEqual([
      'Translation cache',
      '–',
      '–',
      '96.0 MiB',
      '96.0 MiB',
    ]);
    expect(cellsOf(text, 'Total')).toEqual(['Total', '27.4 MiB', '16.2 MiB', '406 MiB', '339 MiB']);
    expect(text.indexOf('Unexplained')).toBeLessThan(text.indexOf('\nTotal'));
  });

  it('leaves an instance alone to the report where the columns would not fit', () => {
    const record = fleetRecord({ scenarios: ['density'] });
    for (const id of ['lxc', 'podman']) {
      const [runtime] = record.runtimes;
      const [sample] = record.samples;
      if (runtime === undefined || sample === undefined) throw new Error('the record has no sample');
      record.runtimes.push({ ...runtime, id, runtime: id });
      record.samples.push({ ...sample, runtime: id });
    }
    const wide = fleetText(record);
    expect(cellsOf(wide, 'memory of one')).toEqual(['memory of one', 'nspawn', 'qemu *', 'lxc', 'podman']);
    expect(wide).not.toContain('alone');
  });
});

describe('the table of variants', () => {
  it('says what each changes of the cost of one more, with the interval of the difference', () => {
    const text = fleetText(sharingRecord());
    const [name, more, available] = cellsOf(text, 'qemu:balloon=on *  −');
    expect(name).toBe('qemu:balloon=on *');
    for (const change of [more, available])
      expect(change).toMatch(/^−[\d.]+ MiB \[−[\d.]+ MiB, −[\d.]+ MiB\]$/);
    expect(text).toContain('against qemu *');
  });

  it('is not there where no technology has any', () => {
    expect(fleetText(fleetRecord())).not.toContain('against');
  });
});

describe("the services' bill", () => {
  const text = fleetText(fleetRecord({ scenarios: ['density'] }));

  it('gives the four best-known services and the rest for 100 instances, and marks what is duplicated', () => {
    const bill = text.slice(text.indexOf('services × 100')).split('\n').slice(0, 7);
    expect(bill.map((line) => line.split(/ {2,}/u)[0])).toEqual([
      'services × 100',
      'udev †',
      'D-Bus †',
      'journald †',
      'logind †',
      'all others',
      'all services',
    ]);
    expect(cellsOf(text, 'udev')[1]).toBe('does not run');
    expect(cellsOf(text, 'D-Bus')).toEqual(['D-Bus †', '70.0 MiB', '90.0 MiB']);
  });

  it('says that it is extrapolated, and from how many', () => {
    expect(text).toContain(
      'anonymous PSS of 100 instances, each of which repeats these services, ' +
        'extrapolated from 50 (nspawn) and 8 (qemu *) live instances\n' +
        '† duplicated: the host runs it as well',
    );
  });

  it('says why nothing is duplicated where the host runs none of them, and repeated all the same', () => {
    const record = fleetRecord({ scenarios: ['density'] });
    runNothingOnHost(record);
    const elsewhere = fleetText(record);
    expect(elsewhere).toContain(
      'This host runs none of these services, so “duplicated” is 0 here; N instances repeat them N times all the same.',
    );
    expect(elsewhere).not.toContain('†');
    expect(cellsOf(elsewhere, 'D-Bus')).toEqual(['D-Bus', '70.0 MiB', '90.0 MiB']);
  });

  it('is made out for the plain form of a technology alone', () => {
    const shared = fleetText(sharingRecord());
    expect(cellsOf(shared, 'services × 100')).toEqual(['services × 100', 'qemu *']);
  });

  it('is left out where nobody could read the services', () => {
    const record = densityRecord({ scenarios: ['density'] });
    for (const { details } of record.samples)
      for (const step of (details as { steps: { services: unknown[] }[] }).steps) step.services = [];
    expect(fleetText(record)).not.toContain('services × 100');
  });
});

describe('the table of a storm', () => {
  it('has a line for each runtime and number at once, and counts what failed', () => {
    const text = fleetText(fleetRecord({ scenarios: ['storm'] }));
    expect(text.match(/^nspawn /gmu)).toHaveLength(4);
    const [, parallel, all, boots, median, slowest, failed] = cellsOf(text, 'qemu *        8');
    expect([parallel, failed]).toEqual(['8', '1']);
    for (const time of [all, median, slowest]) expect(time).toMatch(/^[\d.]+ s$/);
    expect(boots).toMatch(/^0\.\d+\/s$/);
  });
});

describe('the table of minimum memory', () => {
  it('has the smallest that was enough, and how the next smaller failed', () => {
    const text = fleetText(fleetRecord({ scenarios: ['minimum-memory'] }));
    expect(cellsOf(text, 'nspawn')).toEqual([
      'nspawn',
      '14.0 MiB',
      '13.0 MiB',
      'too slow: not ready within 1560 ms',
    ]);
  });

  it('says that nothing was enough', () => {
    const record = fleetRecord({ scenarios: ['minimum-memory'] });
    const found = minimumMemoryIn(detailsOf(record, 'minimum-memory', 'nspawn'));
    for (const trial of found?.trials ?? []) trial.outcome = 'failed';
    for (const sample of record.samples) sample.details = { ...found };
    expect(cellsOf(fleetText(record), 'nspawn').slice(0, 3)).toEqual(['nspawn', '–', '512 MiB']);
  });
});

describe('the summary table', () => {
  it('is as it was for a record without fleets', () => {
    const record = buildRecord();
    expect(fleetText(record)).toBe('');
    expect(summaryOf(record)).not.toMatch(/\n$/);
    expect(summaryOf(record)).toContain('startup.ready');
  });

  it('gives way to the tables of fleets where there is nothing else', () => {
    const record = fleetRecord();
    expect(summaryOf(record)).toBe(fleetText(record));
  });

  it('stands above them for what boots measured', () => {
    const [boots, fleet] = [buildRecord({ scenarios: ['startup'], failedBoot: false }), fleetRecord()];
    const text = summaryOf({
      ...boots,
      scenarios: [...boots.scenarios, ...fleet.scenarios],
      samples: [...boots.samples, ...fleet.samples],
    });
    expect(text.indexOf('startup.ready')).toBeLessThan(text.indexOf('one more [95 %]'));
    expect(text).not.toContain('density.marginal');
  });

  it('shows the medians of fleets where the details are of a shape that it does not know', () => {
    const record = fleetRecord();
    for (const sample of record.samples) sample.details = {};
    expect(summaryOf(record)).toContain('density.marginal');
  });

  it('still counts the boots that failed', () => {
    const record = fleetRecord({ scenarios: ['density'] });
    for (const sample of record.samples) if (sample.runtime === 'qemu') sample.outcome = 'failed';
    const text = summaryOf(record);
    expect(text).toMatch(/^! qemu: 1 of 1 boots failed/);
    expect(densityIn(detailsOf(record, 'density', 'qemu'))?.steps.length).toBeGreaterThan(0);
    expect(text).toContain('qemu *');
  });
});
