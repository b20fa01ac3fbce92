import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { RunRecord } from '../../../../results/record.ts';
import { readRecord, writeRecord } from '../../../../results/store.ts';
import { ownState } from '../../../support/own-state.ts';
import { twinboot, type Told } from '../../../support/terminal.ts';

/**
 * The CI engineer's job: red when it is worse, never else. What takes half as long again is red, or it is said that so
 * few rounds cannot tell: by what boots before it boots, and of two records first of all. An unchanged pair is never
 * red.
 */

const own = ownState();
const ROUNDS = [2, 5, 6];
const CANNOT = /^! \d+ rounds .*cannot show a change of any size.* rounds a side can/m;

const runs = (name: string): string => join(own.folder, name);
const onlyIn = (folder: string): string => join(folder, readdirSync(folder)[0] ?? '');

function expectRedOrSaid(exitCode: number, said: string, out: string): void {
  expect({ red: exitCode === 1, said: CANNOT.test(said) }, out).toEqual({
    red: !CANNOT.test(said),
    said: exitCode !== 1,
  });
}

async function rewrite(folder: string, change: (record: RunRecord) => RunRecord): Promise<void> {
  await writeRecord(folder, change(await readRecord(folder)));
}

describe('ab', { timeout: 120_000 }, () => {
  function ab(b: string, rounds: number, seed: number): Promise<Told> {
    const sides = ['--a', 'fake:ready-ms=400', '--b', b, '--max-rounds', String(rounds)];
    const rest = ['--seed', String(seed), '--warmup', '0', '--out', runs('ab')];
    return twinboot(['ab', 'startup', 'memory', ...sides, ...rest]);
  }

  it.each(ROUNDS)(
    'of half as long again in %i rounds is red, or says beforehand that it cannot be',
    async (rounds) => {
      const { exitCode, notes, out } = await ab('fake:ready-ms=600,seed=2', rounds, 7);
      const beforehand = notes.slice(0, notes.indexOf('round 1'));
      expectRedOrSaid(exitCode, beforehand, out);
    },
  );

  it.each([1, 2])('of an unchanged pair is not red, seed %i', async (seed) => {
    const { exitCode, out } = await ab(`fake:ready-ms=400,seed=${seed + 1}`, 12, seed);
    expect(exitCode, out).toBe(0);
  });
});

describe('compare', { timeout: 120_000 }, () => {
  /** A run of the fake runtime with a seed of its own, kept as if it were one and the same runtime. */
  async function run(name: string, spec: string, rounds: number): Promise<string> {
    const words = ['startup', 'memory', '--runtime', spec, '--rounds', String(rounds), '--warmup', '0'];
    const out = ['--seed', '1', '--quiet', '--out', runs(name)];
    const { exitCode, notes } = await twinboot(['run', ...words, ...out]);
    expect(exitCode, notes).toBe(0);
    const folder = onlyIn(runs(name));
    await rewrite(folder, (record) => ({
      ...record,
      runtimes: record.runtimes.map((runtime) => ({ ...runtime, id: 'fake', options: {} })),
      samples: record.samples.map((sample) => ({ ...sample, runtime: 'fake' })),
    }));
    return folder;
  }

  it.each(ROUNDS)(
    'of half as long again in %i rounds is red, or says at its top that it cannot be',
    async (rounds) => {
      const base = await run('base', 'fake:ready-ms=400', rounds);
      const next = await run('new', 'fake:ready-ms=600,seed=2', rounds);
      const { exitCode, out } = await twinboot(['compare', base, next]);
      expectRedOrSaid(exitCode, out.split('\n')[0] ?? '', out);
    },
  );

  it.each([2, 3])('of an unchanged pair is not red, seed %i', async (seed) => {
    const base = await run('base', 'fake:ready-ms=400', 12);
    const next = await run('new', `fake:ready-ms=400,seed=${seed}`, 12);
    const { exitCode, out } = await twinboot(['compare', base, next]);
    expect(exitCode, out).toBe(0);
  });
});

describe('gate', { timeout: 120_000 }, () => {
  function gate(rounds: number, ...words: string[]): Promise<Told> {
    const file = join(own.folder, 'twinboot.yaml');
    const metrics = 'metrics: { startup.ready: { regression: 10% }, startup.cpu: { regression: 10% } }';
    const lines = ['runtimes: [fake]', 'scenarios: [startup]', `rounds: ${rounds}`, 'warmup: 0', metrics];
    writeFileSync(file, lines.join('\n'));
    return twinboot(['gate', file, '--out', runs('gate'), ...words]);
  }

  it.each(ROUNDS)(
    'of half as long again in %i rounds is red, or says beforehand that it cannot be',
    async (rounds) => {
      await gate(rounds, '--save-baseline');
      // What was half as long again then is now: the baseline of a faster past.
      await rewrite(onlyIn(join(own.folder, '.twinboot/baselines/main')), (record) => ({
        ...record,
        samples: record.samples.map((sample) => ({
          ...sample,
          values: sample.values.map((value) => ({ ...value, value: value.value / 1.5 })),
        })),
      }));
      const { exitCode, notes, out } = await gate(rounds);
      const beforehand = notes.slice(0, notes.indexOf('round 1'));
      expectRedOrSaid(exitCode, beforehand, out);
    },
  );

  it('of an unchanged image is not red', async () => {
    await gate(8, '--save-baseline');
    const { exitCode, out } = await gate(8);
    expect(exitCode, out).toBe(0);
  });
});
