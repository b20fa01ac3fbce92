import { describe, expect, it } from 'vitest';
import { createFleet, type Fleet } from '../../../harness/fleet/fleet.ts';
import type { BootRequest } from '../../../harness/runtimes/runtime.ts';
import { messageOf, runError } from '../../../core/error.ts';
import { manualInstance, type ManualInstance, type Script } from '../../fixtures/guest/instance.ts';
import { READY } from '../../fixtures/guest/wire.ts';

interface Ground {
  fleet: Fleet;
  /** Every instance that was started, in order. */
  started: ManualInstance[];
  requests: BootRequest[];
  /** The most that booted at once. */
  mostAtOnce: () => number;
}

/** A fleet of instances that get ready by themselves, but for those that `fail` names. */
function fleetOf({
  fail = () => undefined,
  script = {},
  signal = new AbortController().signal,
}: {
  fail?: (number: number) => 'start' | 'end' | 'hang' | undefined;
  script?: Script;
  signal?: AbortSignal;
} = {}): Ground {
  const started: ManualInstance[] = [];
  const requests: BootRequest[] = [];
  let booting = 0;
  let most = 0;
  const fleet = createFleet({
    runtime: {
      memoryBytes: 0,
      description: {
        id: 'test',
        runtime: 'test',
        kind: 'container',
        title: 'test',
        options: {},
        emulated: false,
      },
      start(request) {
        requests.push(request);
        const how = fail(requests.length);
        if (how === 'start') return Promise.reject(runError('launch-failed', 'it would not start'));
        const instance = manualInstance(script);
        started.push(instance);
        booting += 1;
        most = Math.max(most, booting);
        setTimeout(() => {
          booting -= 1;
          instance.clock.advance(400);
          if (how === undefined) instance.wire.say(READY);
          if (how === 'end') instance.end({ exitCode: 1 });
        }, 5);
        return Promise.resolve(instance);
      },
      release: () => Promise.resolve(),
    },
    fleetId: 'abcd-d1',
    consoleFolder: '/runs/console',
    readyDeadlineMs: 50,
    shutdownDeadlineMs: 1000,
    signal,
  });
  return { fleet, started, requests, mostAtOnce: () => most };
}

const numbers = (fleet: Fleet): number[] => fleet.members().map(({ number }) => number);

describe('createFleet', () => {
  it('keeps instances alive and numbers them on, however often it grows', async () => {
    const { fleet, requests } = fleetOf();
    await fleet.grow(2, 1);
    const { added } = await fleet.grow(1, 1);
    expect(added.map(({ number, readyMs }) => ({ number, readyMs }))).toEqual([{ number: 3, readyMs: 400 }]);
    expect(numbers(fleet)).toEqual([1, 2, 3]);
    expect(requests.map(({ bootId, consoleLog }) => ({ bootId, consoleLog })).at(-1)).toEqual({
      bootId: 'abcd-d1-3',
      consoleLog: '/runs/console/abcd-d1-3-test.log',
    });
  });

  it('boots no more at once than it was told', async () => {
    const { fleet, mostAtOnce } = fleetOf();
    await fleet.grow(10, 3);
    expect(numbers(fleet)).toHaveLength(10);
    expect(mostAtOnce()).toBe(3);
  });

  it('asks before each start, and ends where it may not', async () => {
    const { fleet, requests } = fleetOf();
    const full = { reason: 'memory', message: 'no more' } as const;
    const { added, stop } = await fleet.grow(5, 1, (live) => Promise.resolve(live < 2 ? undefined : full));
    expect(added).toHaveLength(2);
    expect(stop).toEqual(full);
    expect(requests).toHaveLength(2);
  });

  it.each([
    ['does not start', 'start', 'it would not start'],
    ['ends before it is ready', 'end', 'before it was ready'],
    ['never gets ready', 'hang', 'not ready within'],
  ] as const)('counts one that %s as lost, and goes on', async (_, how, words) => {
    const { fleet } = fleetOf({ fail: (number) => (number === 2 ? how : undefined) });
    await fleet.grow(3, 1);
    expect(numbers(fleet)).toEqual([1, 3]);
    expect(fleet.lost.map(({ number, error }) => [number, messageOf(error)])).toEqual([
      [2, expect.stringContaining(words)],
    ]);
  });

  it('counts one that ends by itself later as lost, with its last words', async () => {
    const { fleet, started } = fleetOf();
    await fleet.grow(2, 1);
    started[0]?.end({ signal: 'SIGKILL' });
    await Promise.resolve();
    expect(numbers(fleet)).toEqual([2]);
    expect(fleet.lost.map(({ number }) => number)).toEqual([1]);
  });

  it('asks every member to power off, and loses none by that', async () => {
    const { fleet, started } = fleetOf();
    await fleet.grow(3, 3);
    expect(await fleet.stop()).toEqual({ tookMs: expect.any(Number) as number, killed: 0 });
    expect(started.map(({ done }) => done)).toEqual([
      ['stop', 'kill'],
      ['stop', 'kill'],
      ['stop', 'kill'],
    ]);
    expect(fleet.members()).toEqual([]);
    expect(fleet.lost).toEqual([]);
  });

  it('kills what does not obey, and counts it', async () => {
    const { fleet, started } = fleetOf({ script: { stop: () => Promise.reject(new Error('deaf')) } });
    await fleet.grow(1, 1);
    expect(await fleet.stop()).toMatchObject({ killed: 1 });
    expect(started[0]?.done).toEqual(['stop', 'kill']);
  });

  it('starts nothing more after an interrupt, and leaves nothing behind', async () => {
    const controller = new AbortController();
    const { fleet, started } = fleetOf({ signal: controller.signal, fail: () => 'hang' });
    const growing = fleet.grow(5, 2);
    setTimeout(() => controller.abort(), 10);
    await expect(growing).rejects.toThrow('interrupted');
    await fleet.kill();
    expect(started).toHaveLength(2);
    expect(started.every(({ done }) => done.at(-1) === 'kill')).toBe(true);
  });
});
