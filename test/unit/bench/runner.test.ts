import { describe, expect, it } from 'vitest';
import { findById } from '../../../core/suggest.ts';
import type { Benchmark, BenchmarkContext, Figure } from '../../../bench/benchmark.ts';
import { benchmarks } from '../../../bench/registry.ts';
import { once, runBenchmarks } from '../../../bench/runner.ts';
import { runError } from '../../../core/error.ts';

const figure: Figure = { title: 'a figure', unit: 'ms', value: 1, n: 1 };

function benchmark(id: string, measure: Benchmark['measure']): Benchmark {
  return { id, question: `What of ${id}?`, measure };
}

function context(signal = new AbortController().signal): BenchmarkContext & { notes: string[] } {
  const notes: string[] = [];
  return { notes, note: (message: string) => notes.push(message), host: { signal } } as never;
}

describe('runBenchmarks', () => {
  it('goes on after a benchmark that fails, and keeps what it said', async () => {
    const tail = runError('boot-timeout', 'no multi-user', { consoleTail: ['Kernel panic'] });
    const outcomes = await runBenchmarks(
      [benchmark('one', () => Promise.reject(tail)), benchmark('two', () => Promise.resolve([figure]))],
      context(),
    );
    expect(outcomes).toMatchObject([
      { id: 'one', figures: [], error: 'failed: no multi-user\n  | Kernel panic' },
      { id: 'two', figures: [figure] },
    ]);
    expect(outcomes[1]).not.toHaveProperty('error');
  });

  it('begins no other one after an interrupt', async () => {
    const interrupt = new AbortController();
    const first = benchmark('one', () => {
      interrupt.abort();
      return Promise.resolve([figure]);
    });
    const second = benchmark('two', () => Promise.resolve([figure]));
    const outcomes = await runBenchmarks([first, second], context(interrupt.signal));
    expect(outcomes.map(({ id }) => id)).toEqual(['one']);
  });
});

describe('a benchmark by its id', () => {
  it('finds each by its id, and names the nearest for a slip of the fingers', () => {
    for (const known of benchmarks) expect(findById('benchmark', known.id, benchmarks)).toBe(known);
    expect(() => findById('benchmark', 'overhaed', benchmarks)).toThrow('unknown benchmark "overhaed"');
  });
});

describe('once', () => {
  it('does the work a single time, when it is first asked for, also where it fails', async () => {
    let times = 0;
    const fail = once(() => {
      times += 1;
      return Promise.reject(new Error(`time ${times}`));
    });
    expect(times).toBe(0);
    await expect(fail()).rejects.toThrow('time 1');
    await expect(fail()).rejects.toThrow('time 1');
  });
});
