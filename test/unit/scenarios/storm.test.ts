import { describe, expect, it } from 'vitest';
import { stormIn, type Burst, type Storm } from '../../../results/fleet/storm.ts';
import { measureScenario, type Circumstances, type Measured } from '../../../harness/contract/scenario.ts';
import { storm } from '../../../scenarios/storm.ts';
import { notRead } from '../../fixtures/guest/artifacts.ts';

const circumstances: Circumstances = {
  kind: 'container',
  memoryBytes: 512 * 1024 * 1024,
  onHost: () => 'unknown',
};

const two: Burst = { parallel: 2, readyMs: [500, 700], allReadyMs: 800, bootsPerS: 2.5, failed: [] };
const four: Burst = {
  parallel: 4,
  readyMs: [500, 1000, 2000, 900],
  allReadyMs: 2000,
  bootsPerS: 2,
  failed: [],
};

const measure = (reading: Storm): Measured =>
  measureScenario(storm, { storm: reading }, circumstances, notRead);

describe('storm', () => {
  it('that could not be read costs every metric, with the reason', () => {
    const { values, missing } = measureScenario(storm, {}, circumstances, notRead);
    expect(values).toEqual({});
    expect(missing).toEqual(Object.fromEntries(storm.metrics.map(({ id }) => [id, notRead('storm')])));
  });

  it('tells of the largest burst in which every instance got ready', () => {
    const broken: Burst = { ...four, parallel: 8, failed: ['a', 'b', 'c', 'd'] };
    const { values, missing } = measure({ bursts: [two, four, broken] });
    expect(values).toEqual({
      'storm.throughput': 2,
      'storm.all-ready': 2000,
      'storm.ready-median': 950,
      'storm.ready-slowest': 2000,
    });
    expect(missing).toEqual({});
  });

  it('has no figure where every burst lost an instance, and says so', () => {
    const { values, missing } = measure({ bursts: [{ ...two, parallel: 3 }] });
    expect(values).toEqual({});
    expect(new Set(Object.values(missing))).toEqual(new Set(['in no burst did every instance get ready']));
  });

  it('has no figure where the host allowed no burst, and says why', () => {
    const leftOut = { bursts: [64], reason: 'only 100 MiB are available' };
    const { missing } = measure({ bursts: [], leftOut });
    expect(Object.keys(missing).sort()).toEqual(storm.metrics.map(({ id }) => id).sort());
    expect(missing['storm.throughput']).toBe('only 100 MiB are available');
  });

  it('keeps every burst in its details, and what was left out', () => {
    const reading = { bursts: [two, four], leftOut: { bursts: [8, 16], reason: 'memory' } };
    expect(stormIn(measure(reading).details)).toEqual(reading);
  });
});
