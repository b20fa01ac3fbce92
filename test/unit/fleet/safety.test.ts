import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { GIB, MIB } from '../../../core/units.ts';
import {
  defaultPolicy,
  forecastMemory,
  lastingVerdict,
  nextStepVerdict,
  parseHostState,
  type SeriesState,
} from '../../../harness/fleet/safety.ts';

const policy = defaultPolicy(24 * GIB);

/** A host of 24 GiB with two CPUs and 1,000 idle containers. */
const calm: SeriesState = {
  availableBytes: 8 * GIB,
  totalBytes: 24 * GIB,
  memoryStallPercent: 0,
  load: 1.5,
  busy: 1,
  cpus: 2,
  threads: 9000,
  pidMax: 32_768,
  elapsedMs: 600_000,
  live: 1000,
  next: 1008,
  bytesPerInstance: 16 * MIB,
};
const verdict = (change: Partial<SeriesState> = {}) => nextStepVerdict({ ...calm, ...change }, policy);

describe('a load that is too high', () => {
  const loaded = verdict({ load: 82.6, busy: 124 });
  const looking = (verdicts: readonly ReturnType<typeof verdict>[]) => {
    const told = { looks: 0, pauses: 0 };
    const look = () => verdicts[told.looks++] ?? loaded;
    const pause = () => Promise.resolve(void (told.pauses += 1));
    return { told, asked: lastingVerdict(look, pause) };
  };

  it('is waited for while it may pass', async () => {
    const { told, asked } = looking([loaded, loaded, verdict()]);
    expect(await asked).toEqual({ go: true });
    expect(told.pauses).toBe(2);
  });

  it('ends the series when it lasts', async () => {
    const { told, asked } = looking([]);
    expect(await asked).toMatchObject({ go: false, reason: 'load' });
    expect(told).toEqual({ looks: 30, pauses: 29 });
  });

  it('is like a host that stands still for want of memory, as after a boot with too little', async () => {
    const { told, asked } = looking([verdict({ memoryStallPercent: 40 }), verdict()]);
    expect(await asked).toEqual({ go: true });
    expect(told.pauses).toBe(1);
  });

  it('is not waited for where memory is short as well', async () => {
    const { told, asked } = looking([loaded, verdict({ availableBytes: 2 * GIB })]);
    expect(await asked).toMatchObject({ reason: 'memory' });
    expect(told.pauses).toBe(1);
  });
});

describe('the next step of a series', () => {
  it('may be taken while nothing is near its end', () => {
    expect(verdict()).toEqual({ go: true });
  });

  it('is not taken into the reserve of memory', () => {
    expect(verdict({ availableBytes: 3.3 * GIB, bytesPerInstance: 150 * MIB })).toEqual({
      go: false,
      reason: 'memory',
      message:
        '8 more instances would take about 1.17 GiB, and only 922 MiB are left above the reserve of 2.40 GiB',
    });
  });

  it('is not taken when others have used up the reserve', () => {
    expect(verdict({ availableBytes: 2 * GIB, bytesPerInstance: 0 })).toMatchObject({
      reason: 'memory',
      message: 'only 2.00 GiB are available, less than the reserve of 2.40 GiB',
    });
  });

  it('is not taken while the host stands still for want of memory', () => {
    expect(verdict({ memoryStallPercent: 10.5 })).toMatchObject({ reason: 'memory' });
    expect(verdict({ memoryStallPercent: 10 })).toEqual({ go: true });
  });

  it('is not held up by a load that is over: the average lags a minute behind', () => {
    expect(verdict({ load: 60, busy: 3 })).toEqual({ go: true });
    expect(verdict({ load: 2, busy: 60 })).toEqual({ go: true });
    expect(verdict({ load: 60, busy: 50 })).toMatchObject({
      reason: 'load',
      message: 'the load is 60.0 with 50 tasks busy at once, and 32 is allowed on 2 CPUs',
    });
  });

  it('leaves a tenth of the pids to others, by the threads that there are', () => {
    expect(verdict({ threads: 29_491 })).toEqual({ go: true });
    expect(verdict({ threads: 29_492 })).toMatchObject({ reason: 'processes' });
  });

  it('is not taken when the time is up', () => {
    expect(verdict({ elapsedMs: 3_600_000 })).toMatchObject({ go: false, reason: 'time' });
  });

  it('is not taken into a limit of the host, in the words of its finding', () => {
    expect(verdict({ hostLimit: 'about 24 fit' })).toEqual({
      go: false,
      reason: 'host-limit',
      message: 'about 24 fit',
    });
  });

  it('names first what endangers the host', () => {
    expect(verdict({ elapsedMs: 1e9, hostLimit: 'x', load: 99, busy: 99, availableBytes: 0 })).toMatchObject({
      reason: 'memory',
    });
  });
});

describe('a target', () => {
  const state = { availableBytes: 12.4 * GIB, live: 4, bytesPerInstance: 100 * MIB };

  it('beyond what memory allows is said before it happens', () => {
    expect(forecastMemory(state, 1000, policy)).toEqual({
      fits: 106,
      message:
        '1000 instances will not fit: each further one takes up to 100 MiB, and 10.0 GiB are left above the ' +
        'reserve of 2.40 GiB: about 106 fit',
    });
  });

  it('within it is not mentioned', () => {
    expect(forecastMemory(state, 106, policy)).toEqual({ fits: 106 });
  });
});

it('a small host keeps 1 GiB', () => {
  expect(defaultPolicy(4 * GIB).reserveBytes).toBe(GIB);
});

describe('the state of a host', () => {
  const captured = (name: string): string =>
    readFileSync(join(import.meta.dirname, '../../fixtures/host/limits', name), 'utf8');
  const files = {
    meminfo: captured('meminfo'),
    loadavg: captured('loadavg'),
    stat: captured('stat'),
    pidMax: '32768\n',
    pressure: captured('pressure-memory'),
    cpus: 2,
  };

  it('is read from the files of a Debian host', () => {
    expect(parseHostState(files)).toMatchObject({
      memoryStallPercent: 0,
      load: 2.02,
      cpus: 2,
      threads: 165,
      pidMax: 32_768,
    });
  });

  it('has no memory pressure where the kernel does not tell it', () => {
    expect(parseHostState({ ...files, pressure: undefined })).not.toHaveProperty('memoryStallPercent');
  });

  it('is unknown, and nothing safe, where a file lacks what it should have', () => {
    expect(() => parseHostState({ ...files, meminfo: '' })).toThrow('MemAvailable');
  });
});
