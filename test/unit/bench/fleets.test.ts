import { describe, expect, it } from 'vitest';
import { seriesOf } from '../../../bench/density-run.ts';
import { leftBehind } from '../../../bench/host-traces.ts';
import { stepsTo } from '../../../bench/large-fleet.ts';
import { benchmarks } from '../../../bench/registry.ts';
import { densityRecord } from '../../fixtures/records/density.ts';

describe('the benchmarks of fleets', () => {
  it('are left out where none is named: they fill the host', () => {
    const onlyByName = benchmarks.filter((benchmark) => benchmark.onlyByName).map(({ id }) => id);
    expect(onlyByName).toEqual(['large-fleet']);
  });
});

describe('seriesOf', () => {
  it('finds the series of each runtime', () => {
    const series = seriesOf(densityRecord({ steps: [1, 2, 4] }));
    expect([...series.keys()]).toEqual(['nspawn', 'qemu']);
    expect(series.get('nspawn')?.steps.map(({ live }) => live)).toEqual([1, 2, 4]);
  });

  it('says how a series failed', () => {
    const record = densityRecord();
    const sample = record.samples.find(({ scenario }) => scenario === 'density');
    if (sample === undefined) throw new Error('the fixture has no series');
    sample.details = {};
    sample.error = { code: 'boot-timeout', message: 'it was not ready within 180 s' };
    expect(() => seriesOf(record)).toThrow('nspawn has no series: it was not ready within 180 s');
  });
});

describe('stepsTo', () => {
  it('climbs in ever larger steps and ends with what was asked for', () => {
    expect(stepsTo(1000)).toEqual([1, 50, 100, 200, 500, 1000]);
    expect(stepsTo(200)).toEqual([1, 50, 100, 200]);
    expect(stepsTo(30)).toEqual([1, 30]);
  });
});

describe('leftBehind', () => {
  it('is what was not there before: what others have on the host is theirs', () => {
    const before = new Set(['mount /var/tmp/twinboot-1/lower', 'inotify-instances 128']);
    const after = new Set(['inotify-instances 5000', 'process 77']);
    expect(leftBehind(before, after)).toEqual(['inotify-instances 5000', 'process 77']);
  });
});
