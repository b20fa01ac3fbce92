import { describe, expect, it } from 'vitest';
import { analyseNoise, type NoiseRow } from '../../../../results/noise/noise.ts';
import type { RunRecord } from '../../../../results/record.ts';
import { buildRecord, type RecordOptions } from '../../../fixtures/records/record.ts';

function record(options: RecordOptions = {}): RunRecord {
  return buildRecord({ rounds: 20, hostile: false, failedBoot: false, ...options });
}

/** Changes every measured value of `startup.ready` in nspawn. */
function bend(of: RunRecord, change: (value: number, round: number) => number): RunRecord {
  for (const sample of of.samples) {
    if (sample.runtime !== 'nspawn' || sample.phase !== 'measured') continue;
    for (const value of sample.values) {
      if (value.metric === 'startup.ready') value.value = change(value.value, sample.round);
    }
  }
  return of;
}

function ready(of: RunRecord): NoiseRow | undefined {
  return analyseNoise(of).rows.find(
    ({ metric, runtime }) => metric === 'startup.ready' && runtime === 'nspawn',
  );
}

describe('the noise of a run', () => {
  it('has a row for each headline and rung of each runtime that gave a value', () => {
    const { rows } = analyseNoise(record({ scenarios: ['startup'] }));
    const of = (id: string) => rows.filter(({ runtime }) => runtime === id).map(({ metric }) => metric);
    expect(of('qemu')).toContain('startup.kernel');
    expect(of('nspawn')).not.toContain('startup.kernel');
    expect(of('nspawn')).toEqual(expect.arrayContaining(['startup.ready', 'startup.cpu', 'shutdown.total']));
    expect(rows.filter(({ emulated }) => emulated).every(({ runtime }) => runtime === 'qemu')).toBe(true);
  });

  it('tells spread, drift, likeness of neighbours, and what can be found', () => {
    const row = ready(record());
    expect(row).toMatchObject({ n: 20, unit: 'ms', emulated: false });
    expect(row?.cv).toBeGreaterThan(0.002);
    expect(row?.cv).toBeLessThan(0.05);
    expect(row?.drift?.pCorrected).toBeGreaterThan(0.05);
    expect(row?.detectable?.map(({ rounds }) => rounds)).toEqual([5, 10, 20, 50]);
  });

  it('finds a drift, as a share of the median over the whole run', () => {
    const row = ready(bend(record(), (value, round) => value * (1 + 0.01 * round)));
    expect(row?.drift?.pCorrected).toBeLessThan(0.001);
    expect(row?.drift?.change).toBeGreaterThan(0.14);
    expect(row?.drift?.change).toBeLessThan(0.2);
  });

  it('raises no alarm between the odd and the even rounds of the same thing, and one where they differ', () => {
    expect(analyseNoise(record()).split).toMatchObject({ alarms: [] });
    const bent = bend(record(), (value, round) => (round % 2 === 0 ? 2 * value : value));
    expect(analyseNoise(bent).split?.alarms).toContainEqual(
      expect.objectContaining({ metric: 'startup.ready', subject: 'nspawn', verdict: 'regression' }),
    );
  });

  it('says of few rounds what cannot be told', () => {
    const row = ready(record({ rounds: 5 }));
    expect(row?.cv).toBeGreaterThan(0);
    expect(row).not.toHaveProperty('drift');
    expect(row).not.toHaveProperty('detectable');
    expect(row?.reason).toBe('5 values are too few to tell what a comparison finds');
  });

  it('says of one round that it has no spread', () => {
    const report = analyseNoise(record({ rounds: 1 }));
    expect(report.rows[0]).toMatchObject({ n: 1, reason: 'one value has no spread' });
    expect(report.rows[0]).not.toHaveProperty('cv');
    expect(report).not.toHaveProperty('split');
  });

  it('has no row where every boot failed, and says so', () => {
    const report = analyseNoise(record({ rounds: 3, allFail: true }));
    expect(report.rows).toEqual([]);
    expect(report.failures).toEqual([
      { runtime: 'nspawn', text: '3 of 3 boots failed' },
      { runtime: 'qemu', text: '3 of 3 boots failed' },
    ]);
  });

  it('says that values of 0 have no relative spread', () => {
    const row = ready(bend(record(), (value, round) => (round === 3 ? 0 : value)));
    expect(row?.reason).toBe('values of 0 or less have no relative spread');
    expect(row).not.toHaveProperty('detectable');
  });

  it('refuses values that no measurement gives', () => {
    expect(() => ready(bend(record(), () => -5))).toThrow(
      expect.objectContaining({ code: 'impossible-value', kind: 'usage' }) as Error,
    );
  });

  it('is the same for the same record', () => {
    expect(analyseNoise(record())).toEqual(analyseNoise(record()));
  });
});
