import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { renderSamplesCsv } from '../../../../results/export/samples-csv.ts';
import type { RunRecord, Sample } from '../../../../results/record.ts';
import { buildRecord } from '../../../fixtures/records/record.ts';

type Line = Record<string, string>;

function linesOf(record: RunRecord): Line[] {
  return parse(renderSamplesCsv(record), { columns: true });
}

/** A record with one sample, of the first scenario and the VM. */
function withSample(more: Partial<Sample>): RunRecord {
  const record = buildRecord({ rounds: 1, warmup: 0, failedBoot: false });
  const sample = record.samples.find(({ scenario, runtime }) => scenario === 'startup' && runtime === 'qemu');
  return { ...record, samples: sample ? [{ ...sample, ...more }] : [] };
}

describe('samples.csv', () => {
  it('has these columns', () => {
    expect(renderSamplesCsv(buildRecord()).split('\n')[0]).toBe(
      'run,scenario,runtime,phase,round,order,boot,started_at,outcome,metric,unit,value,emulated,time_marks,error',
    );
  });

  it('has every raw value of the record, warm-ups included', () => {
    const record = buildRecord();
    const expected = record.samples.flatMap(({ scenario, runtime, phase, round, values }) =>
      values.map(({ metric, value }) =>
        [scenario, runtime, phase, String(round), metric, String(value)].join(' '),
      ),
    );
    const written = linesOf(record)
      .filter((line) => line.value !== '')
      .map((line) =>
        ['scenario', 'runtime', 'phase', 'round', 'metric', 'value'].map((name) => line[name]).join(' '),
      );
    expect(written).toEqual(expected);
  });

  it('says when, on what and in which unit', () => {
    const values = [{ metric: 'startup.init', unit: 'ms', value: 8512.25 } as const];
    const line = linesOf(withSample({ values, boot: 'boot-0009', startedAt: '2026-11-23T09:00:20.000Z' }))[0];
    expect(line).toMatchObject({
      run: buildRecord().id,
      boot: 'boot-0009',
      started_at: '2026-11-23T09:00:20.000Z',
      outcome: 'ok',
      metric: 'startup.init',
      unit: 'ms',
      value: '8512.25',
      emulated: 'true',
      error: '',
    });
  });

  it('takes the first of two reasons for one metric, as the report does', () => {
    const missing = ['no room', 'no time'].map((reason) => ({ metric: 'startup.init', reason }));
    const lines = linesOf(withSample({ values: [], missing }));
    const found = lines.filter(({ metric }) => metric === 'startup.init');
    expect(found.map(({ error }) => error)).toEqual(['no room']);
  });

  it('gives each metric of a failed boot a line with the error, and no value', () => {
    const record = withSample({
      outcome: 'timeout',
      values: [],
      missing: [],
      error: { code: 'boot-timeout', message: '=cmd() was the last word of the guest' },
    });
    const lines = linesOf(record);
    expect(lines.map((line) => line.metric)).toEqual(
      record.scenarios.find(({ id }) => id === 'startup')?.metrics.map(({ id }) => id),
    );
    for (const line of lines) {
      expect(line).toMatchObject({
        outcome: 'timeout',
        value: '',
        error: "'=cmd() was the last word of the guest",
      });
    }
  });

  it('gives the reason for a single missing value', () => {
    const missing = [{ metric: 'startup.dbus', reason: 'no dbus.service in the image' }];
    const line = linesOf(withSample({ values: [], missing })).find(({ metric }) => metric === 'startup.dbus');
    expect(line).toMatchObject({ unit: 'ms', value: '', error: 'no dbus.service in the image' });
  });

  it('loses neither values nor samples that the record does not declare', () => {
    const stray = { scenario: 'stray', runtime: 'xen' };
    const values = [{ metric: 'stray.count', unit: 'count', value: 3 } as const];
    expect(linesOf(withSample({ ...stray, values, missing: [] }))).toMatchObject([
      { ...stray, metric: 'stray.count', value: '3', emulated: '' },
    ]);
    expect(linesOf(withSample({ ...stray, values: [], missing: [] }))).toMatchObject([
      { ...stray, metric: '' },
    ]);
  });
});
