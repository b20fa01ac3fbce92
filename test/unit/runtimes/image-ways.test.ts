import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { timeReaders } from '../../../harness/runtimes/image-ways.ts';

const running = new AbortController().signal;

/** Readers that write down what is done with them. */
function readers(done: string[], fails: (time: number) => boolean = () => false) {
  let times = 0;
  return {
    'loop-mount': {
      read: async () => {
        done.push('mount');
        await sleep(20);
        return 'ID=debian';
      },
      tidy: () => Promise.resolve(void done.push('unmount')),
    },
    debugfs: {
      read: () => {
        done.push('debugfs');
        times += 1;
        return fails(times) ? Promise.reject(new Error('Bad magic number')) : Promise.resolve('ID=debian');
      },
      tidy: () => Promise.resolve(),
    },
  };
}

describe('the ways to a file of an image', () => {
  it('are gone turn by turn, in turning order, and what was made is taken away each time', async () => {
    const done: string[] = [];
    const ways = await timeReaders(readers(done), running);
    const [there, back] = [
      ['mount', 'unmount', 'debugfs'],
      ['debugfs', 'mount', 'unmount'],
    ];
    expect(done).toEqual([there, back, there, back, there].flat());
    expect(ways['loop-mount']).toHaveProperty('timesMs.length', 5);
    const timesMs = 'timesMs' in ways['loop-mount'] ? ways['loop-mount'].timesMs : [];
    for (const ms of timesMs) expect(ms).toBeGreaterThan(15);
  });

  it('that fails has its reason, and is not gone again', async () => {
    const done: string[] = [];
    const ways = await timeReaders(
      readers(done, (time) => time === 2),
      running,
    );
    expect(ways.debugfs).toEqual({ reason: 'Bad magic number' });
    expect(done.filter((what) => what === 'debugfs')).toHaveLength(2);
    expect(ways['loop-mount']).toHaveProperty('timesMs.length', 5);
  });

  it('end where the run is interrupted', async () => {
    const done: string[] = [];
    await expect(timeReaders(readers(done), AbortSignal.abort())).rejects.toThrow();
    expect(done).toEqual([]);
  });
});
