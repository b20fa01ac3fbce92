import { describe, expect, it } from 'vitest';
import { blameFor, blameLines } from '../../../../results/compare/blame.ts';
import { compare } from '../../../../results/compare/compare.ts';
import type { LedgerRow, RunRecord } from '../../../../results/record.ts';
import { buildSide } from '../../../fixtures/records/sides.ts';

const READY = { scenario: 'startup', metric: 'startup.ready', runtime: 'nspawn' };
const NGINX = 'nginx.service';

/** A service of nspawn takes so long in each boot, and every rung after its start is later by that. */
function addStart(record: RunRecord, service: string, takesMs: number, delayMs: number): void {
  for (const sample of record.samples) {
    if (sample.runtime !== 'nspawn') continue;
    if (sample.scenario === 'services') {
      const row: LedgerRow = {
        service,
        host: 'unknown',
        state: 'running',
        duplicated: false,
        startMs: 330,
        durationMs: takesMs + sample.round / 100,
      };
      sample.details.services = [...(sample.details.services as LedgerRow[]), row];
    }
    for (const value of sample.values) {
      if (['startup.multi-user', 'startup.ready', 'startup.command'].includes(value.metric))
        value.value += delayMs;
    }
  }
}

const base = (bend: (record: RunRecord) => void = () => undefined) => buildSide('base', { seed: 1 }, bend);
const next = (bend: (record: RunRecord) => void = () => undefined) => buildSide('new', { seed: 2 }, bend);
const starts = (takesMs: number, delayMs: number) => (record: RunRecord) =>
  addStart(record, NGINX, takesMs, delayMs);

describe('what took longer', () => {
  it('names the unit and the phase, each with its before and after, the most first', () => {
    const blame = blameFor(base(starts(20, 20)), next(starts(140, 140)), READY);
    expect(blame?.contributions.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
      'phase dbus to multi-user',
      'unit nginx.service',
    ]);
    expect(blame?.deltaMs).toBeGreaterThan(100);
    expect(blameLines(blame ?? expect.fail('no blame'))).toMatchInlineSnapshot(`
      [
        "phase dbus to multi-user: 210 ms, was 87.3 ms (+123 ms)",
        "unit nginx.service: 140 ms, was 20.1 ms (+120 ms)",
        "packages of the image: the same",
      ]
    `);
  });

  it('names a unit that did not start before, and the package that is called like it before others', () => {
    const blame = blameFor(
      base(),
      next((record) => {
        addStart(record, NGINX, 90, 90);
        record.image.packages = [
          { name: 'cron', version: '3.0' },
          ...record.image.packages,
          { name: 'nginx-light', version: '1.26.3-3' },
        ];
        record.image.kernel = '6.12.99';
      }),
      READY,
    );
    const lines = blameLines(blame ?? expect.fail('no blame'));
    expect(lines[0]).toMatch(/^(unit nginx\.service: 90\.1 ms, not started before|phase )/);
    expect(lines.join('\n')).toContain('unit nginx.service: 90.1 ms, not started before (+90.1 ms)');
    expect(lines.at(-1)).toBe('packages of the image: nginx-light 1.26.3-3 added and cron 3.0 added');
    expect(lines.join('\n')).toContain('kernel of the image: 6.12.99, was ');
  });

  it('does not name a unit that begins after the rung', () => {
    const late = next((record) => {
      addStart(record, NGINX, 140, 50);
      for (const { details } of record.samples) {
        for (const row of (details.services ?? []) as LedgerRow[])
          if (row.service === NGINX) row.startMs = 9000;
      }
    });
    const names = blameFor(base(), late, READY)?.contributions.map(({ name }) => name);
    expect(names).toEqual(['dbus to multi-user']);
  });

  it('says plainly that nothing stands out where every phase is a little slower', () => {
    const slower = next((record) => {
      for (const { runtime, values } of record.samples)
        if (runtime === 'nspawn') for (const value of values) if (value.unit === 'ms') value.value += 3;
    });
    const blame = blameFor(base(), slower, READY);
    // All of the 3 ms lie before the first rung, which is 2 ms long.
    expect(blame?.contributions.map(({ name }) => name)).toEqual(['t0 to spawn']);

    const drifting = next((record) => {
      for (const { runtime, values } of record.samples)
        if (runtime === 'nspawn') for (const value of values) if (value.unit === 'ms') value.value *= 1.015;
    });
    const lines = blameLines(blameFor(base(), drifting, READY) ?? expect.fail('no blame'));
    expect(lines[0]).toBe('nothing stands out: no phase and no unit took clearly longer');
    expect(lines.at(-1)).toBe('packages of the image: the same');
  });

  it('says that units are not known where a side has no ledger', () => {
    const without = buildSide('base', { seed: 1, scenarios: ['startup'] });
    const lines = blameLines(blameFor(without, next(starts(140, 140)), READY) ?? expect.fail('no blame'));
    expect(lines).toContain('units are not known: a side has no times of services (scenario services)');
  });

  it('is nothing of a rung that is not later, and of what is no rung', () => {
    expect(blameFor(base(starts(140, 140)), next(starts(20, 20)), READY)).toBeUndefined();
    expect(blameFor(base(), next(), { ...READY, metric: 'startup.cpu' })).toBeUndefined();
  });

  it('stands beside the row of a rung that got worse, and beside no other', () => {
    const { rows } = compare(base(starts(20, 20)), next(starts(140, 140)));
    const blamed = rows.filter(({ blame }) => blame !== undefined);
    expect(blamed.map(({ subject, metric, verdict }) => `${metric} of ${subject}: ${verdict}`)).toEqual([
      'startup.ready of nspawn: regression',
    ]);
  });
});
