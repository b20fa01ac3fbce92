import { describe, expect, it } from 'vitest';
import { MIB } from '../../../core/units.ts';
import type { StormReading } from '../../../harness/contract/fleet-readings.ts';
import { stormSurvey } from '../../../harness/fleet/storm.ts';
import type { SurveyContext } from '../../../harness/fleet/survey.ts';
import type { BootRequest, Instance } from '../../../harness/runtimes/runtime.ts';
import { manualInstance, type ManualInstance } from '../../fixtures/guest/instance.ts';
import { READY } from '../../fixtures/guest/wire.ts';
import { surveyContext } from '../../support/survey-context.ts';

interface Ground {
  context: SurveyContext;
  /** The boot ids in order of their starts. */
  booted: string[];
  /** Instances that are neither stopped nor killed. */
  alive(): number;
  /** The most that were alive at a time. */
  most(): number;
  notes: string[];
}

/**
 * A survey of instances that get ready after 400 ms and 100 ms more for each that was started before, unless they end.
 */
function surveyOf(
  bursts: number[],
  options: {
    ends?: (bootId: string) => boolean;
    /** When each was released, ms of the clock that all share. */
    t0Ms?: number[];
    reserveBytes?: number;
    signal?: AbortSignal;
  } = {},
): Ground {
  const {
    ends = () => false,
    t0Ms = [],
    reserveBytes = MIB,
    signal = new AbortController().signal,
  } = options;
  const booted: string[] = [];
  const alive = new Set<ManualInstance>();
  const notes: string[] = [];
  let most = 0;
  const start = ({ bootId }: BootRequest): Promise<Instance> => {
    booted.push(bootId);
    const place = Number(bootId.split('-').at(-1)) - 1;
    const instance = manualInstance();
    alive.add(instance);
    most = Math.max(most, alive.size);
    setImmediate(() => {
      instance.clock.advance(400 + 100 * place);
      if (ends(bootId)) instance.end({ exitCode: 1 });
      else instance.wire.say(READY);
    });
    const kill = (): Promise<void> => {
      alive.delete(instance);
      return instance.kill();
    };
    return Promise.resolve({ ...instance, kill, t0Ns: BigInt((t0Ms[place] ?? 0) * 1e6) });
  };
  const context = surveyContext({ start, notes, plan: { bursts, reserveBytes }, signal });
  return { context, booted, notes, alive: () => alive.size, most: () => most };
}

async function take({ context }: Ground): Promise<{ reading: StormReading; grown: number[] }> {
  const grown: number[] = [];
  const reading = await stormSurvey.take(context, ({ bursts }) =>
    Promise.resolve(void grown.push(bursts.length)),
  );
  return { reading, grown };
}

describe('a storm', () => {
  it('is burst after burst, each of new instances, all at once, of which nothing is left for the next', async () => {
    const ground = surveyOf([1, 2, 4]);
    const { reading, grown } = await take(ground);
    expect(reading).toEqual({
      bursts: [
        { parallel: 1, readyMs: [400], allReadyMs: 400, bootsPerS: 2.5, failed: [], startedWithinMs: 0 },
        { parallel: 2, readyMs: [400, 500], allReadyMs: 500, bootsPerS: 4, failed: [], startedWithinMs: 0 },
        {
          parallel: 4,
          readyMs: [400, 500, 600, 700],
          allReadyMs: 700,
          bootsPerS: (4 / 700) * 1000,
          failed: [],
          startedWithinMs: 0,
        },
      ],
    });
    expect(new Set(ground.booted).size).toBe(7);
    expect(ground.most()).toBe(4);
    expect(ground.alive()).toBe(0);
    expect(grown).toEqual([1, 2, 3]);
    expect(ground.notes).toEqual([
      '1 at once: all ready after 400 ms, 2.50 boots/s, slowest 400 ms',
      '2 at once: all ready after 500 ms, 4.00 boots/s, slowest 500 ms',
      '4 at once: all ready after 700 ms, 5.71 boots/s, slowest 700 ms',
    ]);
  });

  it('lasts from the first t0, whichever instance that is, to the last that is ready', async () => {
    const { reading } = await take(surveyOf([3], { t0Ms: [200, 50, 300] }));
    expect(reading.bursts[0]).toMatchObject({
      readyMs: [200, 450, 300],
      allReadyMs: 550,
      startedWithinMs: 250,
    });
  });

  it('counts those that fail, and goes on', async () => {
    const ground = surveyOf([2, 3], { ends: (bootId) => bootId === 'abcd-s1-p2-2' });
    const { reading } = await take(ground);
    expect(reading.bursts.map(({ readyMs, failed }) => [readyMs.length, failed.length])).toEqual([
      [1, 1],
      [3, 0],
    ]);
    expect(reading.bursts[0]?.failed).toEqual([
      'the instance ended after 500 ms, before it was ready (exit 1)',
    ]);
    expect(ground.notes[0]).toBe(
      '2 at once: 1 ready after 400 ms, 2.50 boots/s, slowest 400 ms; 1 failed: the instance ended after 500 ms, before ' +
        'it was ready (exit 1)',
    );
  });

  it('ends where none of a burst got ready, and says what it leaves out', async () => {
    const ground = surveyOf([1, 2, 4, 8], { ends: (bootId) => bootId.includes('-p2-') });
    const { reading } = await take(ground);
    expect(reading.bursts.at(-1)).toMatchObject({ parallel: 2, readyMs: [], bootsPerS: 0 });
    expect(reading.leftOut).toEqual({ bursts: [4, 8], reason: 'none of 2 got ready' });
    expect(ground.notes.at(-1)).toBe('4 and 8 at once left out: none of 2 got ready');
    expect(ground.booted).toHaveLength(3);
  });

  it('starts nothing that memory does not allow', async () => {
    const ground = surveyOf([1, 2], { reserveBytes: 2 ** 60 });
    const { reading } = await take(ground);
    expect(ground.booted).toEqual([]);
    expect(reading.leftOut?.bursts).toEqual([1, 2]);
    expect(reading.leftOut?.reason).toContain('less than the reserve');
  });

  it('ends when the run is interrupted, and leaves nothing behind', async () => {
    const controller = new AbortController();
    const ground = surveyOf([2, 4], { signal: controller.signal });
    const taken = stormSurvey.take(ground.context, () => {
      controller.abort();
      return Promise.resolve();
    });
    await expect(taken).rejects.toThrow();
    expect(ground.booted).toHaveLength(2);
    expect(ground.alive()).toBe(0);
  });
});
