import { describe, expect, it } from 'vitest';
import { renderGithubActionBenchmark } from '../../../../results/export/github-action-benchmark.ts';
import type { RunRecord } from '../../../../results/record.ts';
import { summarise } from '../../../../results/summary.ts';
import { buildRecord } from '../../../fixtures/records/record.ts';

interface Entry {
  name: string;
  unit: string;
  value: number;
  range?: string;
  extra: string;
}

function entriesOf(record: RunRecord): Entry[] {
  return JSON.parse(renderGithubActionBenchmark(record, summarise(record))) as Entry[];
}

describe('github-action-benchmark.json', () => {
  it('has an entry for each headline and rung of each runtime, with its interval as a range', () => {
    const entries = entriesOf(buildRecord());
    expect(entries.find(({ name }) => name === 'startup.ready (nspawn)')).toMatchInlineSnapshot(`
      {
        "extra": "n = 5
      95 % [440 ms, 451 ms]
      image debian-trixie 9c1185a5c5e9
      host Intel(R) Xeon(R) Platinum 8375C CPU @ 2.90GHz, Linux 6.1.155
      run 20261123T090000Z-a1b2c3",
        "name": "startup.ready (nspawn)",
        "range": "± 8.3",
        "unit": "ms",
        "value": 448.79671296807186,
      }
    `);
  });

  it('never gives an emulated figure the name of a KVM figure, which it would be held against', () => {
    const emulated = entriesOf(buildRecord({ emulated: true })).find(({ name }) =>
      name.startsWith('startup.ready (qemu'),
    );
    expect(emulated?.name).toBe('startup.ready (qemu, emulated)');
    expect(emulated?.extra).toContain('n = 4, 1 without a value');
    expect(emulated?.extra).toContain('emulated (TCG): not a KVM figure');
    const names = entriesOf(buildRecord({ emulated: false })).map(({ name }) => name);
    expect(names).toContain('startup.ready (qemu)');
  });

  it.each([
    ['vmware', 'startup.ready (qemu, nested)', 'startup.ready (nspawn)'],
    ['tcg', 'startup.ready (qemu, emulated-host)', 'startup.ready (nspawn, emulated-host)'],
  ])(
    'on a host under %s gives names of their own to the times that hang on it, and to no memory',
    (virtualization, ...times) => {
      const names = entriesOf(buildRecord({ emulated: false, virtualization })).map(({ name }) => name);
      for (const name of [...times, 'memory.total (qemu)', 'memory.total (nspawn)'])
        expect(names).toContain(name);
    },
  );

  it('leaves out parts, details, and metrics of which less is not better', () => {
    const record = buildRecord();
    const ready = record.scenarios.flatMap(({ metrics }) => metrics).find(({ id }) => id === 'startup.ready');
    if (ready) ready.better = 'none';
    const names = entriesOf(record).map(({ name }) => name);
    expect(names).toContain('startup.command (nspawn)');
    expect(names).not.toContain('startup.ready (nspawn)');
    const parts = record.scenarios.flatMap(({ metrics }) => metrics).filter(({ role }) => role === 'part');
    expect(parts.length).toBeGreaterThan(0);
    for (const { id } of parts) expect(names).not.toContain(`${id} (nspawn)`);
  });

  it('has no range where one value gives no interval, and no entry where there is no value', () => {
    const one = entriesOf(buildRecord({ rounds: 1, failedBoot: false }));
    expect(one.find(({ name }) => name === 'startup.ready (nspawn)')).not.toHaveProperty('range');
    expect(one.map(({ name }) => name)).not.toContain('startup.kernel (nspawn)');
    expect(entriesOf(buildRecord({ allFail: true }))).toEqual([]);
  });
});
