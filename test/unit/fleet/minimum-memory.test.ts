import { describe, expect, it } from 'vitest';
import { MIB } from '../../../core/units.ts';
import {
  deadlineAfter,
  minimumMemorySurvey,
  nextSize,
  decisiveLine,
} from '../../../harness/fleet/minimum-memory.ts';
import type { MinimumMemoryReading } from '../../../harness/contract/fleet-readings.ts';
import type { SurveyContext } from '../../../harness/fleet/survey.ts';
import type { BootRequest, Instance } from '../../../harness/runtimes/runtime.ts';
import type { RuntimeKind } from '../../../results/record.ts';
import { manualInstance } from '../../fixtures/guest/instance.ts';
import { READY } from '../../fixtures/guest/wire.ts';

describe('the next size to try', () => {
  it.each([
    [4, 512, 45],
    [45, 512, 152],
    [32, 512, 128],
    [100, 106, 103],
  ])('between %i and %i MiB is %i MiB: the geometric middle, in whole MiB', (low, high, middle) => {
    expect(nextSize(low * MIB, high * MIB)).toBe(middle * MIB);
  });

  it.each([
    [4, 6],
    [38, 40],
    [95, 100],
    [19_500, 20_000],
  ])('between %i and %i MiB is none: they are within 2 MiB or 5 %%', (low, high) => {
    expect(nextSize(low * MIB, high * MIB)).toBeUndefined();
  });

  it('is none where nothing is known to be enough', () => {
    expect(nextSize(4 * MIB, undefined)).toBeUndefined();
  });

  it.each([4, 32])('is between the two, whatever they are, from %i MiB on', (floor) => {
    for (let high = floor + 0.5; high < 2000; high += 0.75) {
      const middle = nextSize(floor * MIB, high * MIB);
      if (middle === undefined) continue;
      expect(middle).toBeGreaterThan(floor * MIB);
      expect(middle).toBeLessThan(high * MIB);
    }
  });
});

it.each([
  [400, 180_000, 10_000],
  [30_100, 180_000, 91_000],
  [30_000, 60_000, 60_000],
  [undefined, 180_000, 180_000],
])('after a boot of %s ms and with %i ms at most, %i ms are granted', (readyMs, mostMs, granted) => {
  expect(deadlineAfter({ ...(readyMs === undefined ? {} : { readyMs }) }, mostMs)).toBe(granted);
});

describe('the line of a console that tells why', () => {
  it('is the panic, whatever the kernel says of itself afterwards', () => {
    const tail = [
      '[    1.523646] Out of memory and no killable processes...',
      '[    1.523648] Kernel panic - not syncing: System is deadlocked on memory',
      '[    1.677760] CPU: 1 UID: 0 PID: 35 Comm: kworker/u8:1 Not tainted 6.12.117+deb13-cloud-amd64 #1',
    ];
    expect(decisiveLine(tail)).toBe(tail[1]);
  });

  it('is the last one where none does', () => {
    expect(decisiveLine(['Mounted run-lock.mount', 'Reached target local-fs-pre.target'])).toBe(
      'Reached target local-fs-pre.target',
    );
    expect(decisiveLine([])).toBeUndefined();
  });
});

type Fate = 'ready' | 'slow' | 'end' | 'hang';

interface Ground {
  context: SurveyContext;
  /** MiB of every boot, in order. */
  tried: number[];
  /** Boots that were not killed. */
  alive(): number;
  notes: string[];
  grown: number[];
}

/** A survey of instances that fare as `fate` says for so many MiB. */
function surveyOf(
  fate: (mib: number) => Fate,
  options: { kind?: RuntimeKind; memoryMib?: number; timeoutMs?: number; signal?: AbortSignal } = {},
): Ground {
  const { kind = 'container', memoryMib = 512, timeoutMs = 60_000 } = options;
  const tried: number[] = [];
  const started: Instance[] = [];
  const killed = new Set<Instance>();
  const notes: string[] = [];
  const description = { id: 't', runtime: 't', kind, title: 't', options: {}, emulated: false };
  const start = ({ memoryBytes = 0 }: BootRequest): Promise<Instance> => {
    const mib = memoryBytes / MIB;
    tried.push(mib);
    const how = fate(mib);
    const manual = manualInstance({ meters: { oomKills: () => (how === 'end' ? 2 : 0) } });
    const instance = { ...manual, kill: () => Promise.resolve(void killed.add(instance)) };
    started.push(instance);
    setImmediate(() => {
      manual.clock.advance(how === 'slow' ? 20_000 : 400);
      if (how === 'ready' || how === 'slow') manual.wire.say(READY);
      if (how === 'end') manual.end({ signal: 'SIGKILL' });
    });
    return Promise.resolve(instance);
  };
  const context = {
    host: { signal: options.signal ?? new AbortController().signal },
    runtime: { description, memoryBytes: memoryMib * MIB, start, release: () => Promise.resolve() },
    surveyId: 'abcd-m1',
    consoleFolder: '/runs/console',
    readyDeadlineMs: timeoutMs,
    note: (message: string) => notes.push(message),
    status: () => undefined,
  } as unknown as SurveyContext;
  return { context, tried, notes, grown: [], alive: () => started.length - killed.size };
}

function take({ context, grown }: Ground): Promise<MinimumMemoryReading> {
  return minimumMemorySurvey.take(context, ({ trials }) => Promise.resolve(void grown.push(trials.length)));
}

describe('the survey', () => {
  it('narrows down what is enough, kills every boot, and keeps every trial', async () => {
    const ground = surveyOf((mib) => (mib >= 40 ? 'ready' : 'end'));
    const reading = await take(ground);
    expect(ground.tried).toEqual([512, 45, 13, 24, 33, 39, 42, 40]);
    expect(reading.smallestBytes).toBe(40 * MIB);
    expect(reading.resolutionBytes).toBe(2 * MIB);
    expect(ground.alive()).toBe(0);
    expect(ground.grown).toEqual(ground.tried.map((_, index) => index + 1));
    expect(reading.trials.map(({ memoryBytes }) => memoryBytes / MIB)).toEqual(ground.tried);
  });

  it('tells of every trial, and of what the kernel did', async () => {
    const { notes, context } = surveyOf((mib) => (mib >= 40 ? 'ready' : 'end'));
    await minimumMemorySurvey.take(context, () => Promise.resolve());
    expect(notes[0]).toBe('512 MiB: ready after 400 ms');
    expect(notes[2]).toBe(
      '13 MiB: the instance ended after 400 ms, before it was ready (SIGKILL); the kernel killed 2 processes at the ' +
        'memory limit; its console: the last line of the console',
    );
  });

  it('does not count as enough what takes longer than three times as long, and 10 s', async () => {
    const reading = await take(surveyOf((mib) => (mib >= 60 ? 'ready' : mib >= 40 ? 'slow' : 'end')));
    expect(reading.deadlineMs).toBe(10_000);
    expect(reading.smallestBytes).toBeGreaterThanOrEqual(60 * MIB);
    expect(reading.trials).toContainEqual(
      expect.objectContaining({ outcome: 'too-slow', readyMs: 20_000, reason: 'not ready within 10 s' }),
    );
  });

  it('ends after the first boot where the memory of the run is not enough', async () => {
    const ground = surveyOf(() => 'end');
    const reading = await take(ground);
    expect(ground.tried).toEqual([512]);
    expect(reading.smallestBytes).toBeUndefined();
    expect(reading.trials[0]).toMatchObject({ outcome: 'failed' });
  });

  it('counts what says nothing by the run’s own deadline as too slow', async () => {
    const ground = surveyOf(() => 'hang', { timeoutMs: 20 });
    const { trials } = await take(ground);
    expect(trials).toEqual([
      {
        memoryBytes: 512 * MIB,
        outcome: 'too-slow',
        reason: 'not ready within 0.02 s; its console: the last line of the console',
      },
    ]);
    expect(ground.alive()).toBe(0);
  });

  it.each([
    ['container', 4],
    ['vm', 32],
  ] as const)('of a %s goes no further down than %i MiB, in at most ten boots', async (kind, floor) => {
    const ground = surveyOf(() => 'ready', { kind, memoryMib: 64 * 1024 });
    const reading = await take(ground);
    expect(ground.tried.length).toBeLessThanOrEqual(10);
    expect(Math.min(...ground.tried)).toBeGreaterThan(floor);
    expect(reading.smallestBytes).toBe(Math.min(...ground.tried) * MIB);
  });

  it('ends at once when the run is interrupted, and leaves nothing behind', async () => {
    const controller = new AbortController();
    const ground = surveyOf(() => 'hang', { signal: controller.signal });
    setTimeout(() => controller.abort(), 10);
    await expect(take(ground)).rejects.toThrow('interrupted');
    expect(ground.tried).toEqual([512]);
    expect(ground.alive()).toBe(0);
  });
});
