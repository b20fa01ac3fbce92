import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { whileBuilding } from '../../../harness/image/build-lock.ts';
import { stateFolder } from '../../../harness/process/cleanup.ts';
import { sandbox } from '../../fixtures/image/sandbox.ts';

const quiet = { signal: new AbortController().signal, onWait: () => undefined };

describe('the build lock', () => {
  it('lets one builder of an image work at a time, and tells the other whom it waits for', async () => {
    sandbox();
    const order: string[] = [];
    const waitedFor: number[] = [];
    let finishFirst = (): void => undefined;
    const first = whileBuilding('/cache/a', quiet, async () => {
      await new Promise<void>((resolve) => (finishFirst = resolve));
      order.push('first');
    });
    const onWait = (pid: number) => {
      waitedFor.push(pid);
      finishFirst();
    };
    await whileBuilding('/cache/a', { ...quiet, onWait }, () => Promise.resolve(order.push('second')));
    await first;
    expect(order).toEqual(['first', 'second']);
    expect(waitedFor).toEqual([process.pid]);
    expect(readdirSync(stateFolder())).toEqual([]);
  });

  it('does not stand between builders of different images', async () => {
    sandbox();
    await whileBuilding('/cache/a', quiet, () => whileBuilding('/cache/b', quiet, () => Promise.resolve()));
  });

  it('is given back when the work fails, and taken over when its holder is dead', async () => {
    sandbox();
    const failure = whileBuilding('/cache/a', quiet, () => Promise.reject(new Error('no')));
    await expect(failure).rejects.toThrow('no');
    let lock = '';
    await whileBuilding('/cache/a', quiet, () =>
      Promise.resolve((lock = readdirSync(stateFolder())[0] ?? '')),
    );
    mkdirSync(stateFolder(), { recursive: true });
    writeFileSync(
      `${stateFolder()}/${lock}`,
      JSON.stringify({ pid: 1, startTicks: -1, hostBootId: 'an earlier boot' }),
    );
    expect(await whileBuilding('/cache/a', quiet, () => Promise.resolve('mine now'))).toBe('mine now');
  });

  it('ends the waiting when it is interrupted', async () => {
    sandbox();
    const controller = new AbortController();
    await whileBuilding('/cache/a', quiet, async () => {
      const waiting = { signal: controller.signal, onWait: () => controller.abort() };
      const second = whileBuilding('/cache/a', waiting, () => Promise.resolve());
      await expect(second).rejects.toMatchObject({ code: 'interrupted' });
    });
  });
});
