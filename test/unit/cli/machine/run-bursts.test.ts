import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { MIB } from '../../../../core/units.ts';
import { minimumMemoryIn } from '../../../../results/fleet/minimum-memory.ts';
import { stormIn } from '../../../../results/fleet/storm.ts';
import { type RunRecord, type Sample } from '../../../../results/record.ts';
import { onlyRecord } from '../../../support/only-record.ts';
import { ownState } from '../../../support/own-state.ts';
import { twinboot, type Told } from '../../../support/terminal.ts';

const own = ownState();

function run(...words: string[]): Promise<Told> {
  return twinboot(['run', '--out', join(own.folder, 'runs'), '--reserve', '64M', ...words]);
}

const record = (): RunRecord => onlyRecord(join(own.folder, 'runs')).record;

function onlySample(): Sample {
  const { samples } = record();
  const [only, ...others] = samples;
  if (only === undefined || others.length > 0) throw new Error(`${samples.length} samples`);
  return only;
}

describe('twinboot run storm', { timeout: 60_000 }, () => {
  it('starts ever more at once, and keeps every burst', async () => {
    const { exitCode, notes } = await run('storm', '--runtime', 'fake', '--bursts', '1,3', '--memory', '64M');
    expect(exitCode).toBe(0);
    const { details, values, missing } = onlySample();
    expect(stormIn(details)?.bursts.map(({ parallel, readyMs }) => [parallel, readyMs.length])).toEqual([
      [1, 1],
      [3, 3],
    ]);
    expect(values.map(({ metric }) => metric)).toContain('storm.throughput');
    expect(missing).toEqual([]);
    expect(notes).toMatch(/storm: fake: 3 at once: all ready after \d+ ms, /);
  });

  it('says of every figure why it is missing, where none got ready', async () => {
    const { notes } = await run('storm', '--runtime', 'fake:fail=exit', '--bursts', '2,4', '--memory', '64M');
    const { details, values, missing } = onlySample();
    expect(stormIn(details)).toMatchObject({
      bursts: [{ parallel: 2, readyMs: [], failed: [expect.any(String), expect.any(String)] }],
      leftOut: { bursts: [4], reason: 'none of 2 got ready' },
    });
    expect(values).toEqual([]);
    expect(missing).toHaveLength(4);
    expect(notes).toContain('4 at once left out: none of 2 got ready');
  });

  it.each(['2,1', '0', '1,1', 'many', '', '1.5'])('refuses --bursts %j', async (text) => {
    const { exitCode, notes } = await run('storm', '--runtime', 'fake', '--bursts', text);
    expect(exitCode).toBe(2);
    expect(notes).toContain('larger than the one before');
  });

  it.each([
    ['--parallel 2', ['--parallel', '2'], 'hint: how many a storm starts at once is --bursts'],
    [
      'the list that --parallel once was',
      ['--parallel', '1,3'],
      'How many a storm starts at once is --bursts.',
    ],
    ['an option of density', ['--instances', '4'], '--instances is an option of density'],
  ])('refuses %s, and says what to do', async (_, given, message) => {
    const { exitCode, notes } = await run('storm', '--runtime', 'fake', ...given);
    expect(exitCode).toBe(2);
    expect(notes).toContain(message);
  });
});

describe('twinboot run minimum-memory', { timeout: 60_000 }, () => {
  it.each(['container', 'vm'])('finds what a %s needs', async (kind) => {
    const { exitCode, notes } = await run('minimum-memory', '--runtime', `fake:kind=${kind},needs=100`);
    expect(exitCode).toBe(0);
    const { details, values } = onlySample();
    const [limit] = values;
    expect(limit?.metric).toBe('minimum-memory.limit');
    expect(limit?.value).toBeGreaterThanOrEqual(100 * MIB);
    expect(limit?.value).toBeLessThanOrEqual(105 * MIB);
    const found = minimumMemoryIn(details);
    expect(found?.deadlineMs).toBe(10_000);
    expect(found?.trials[0]).toMatchObject({ memoryBytes: 512 * MIB, outcome: 'ready' });
    expect(new Set(found?.trials.map(({ outcome }) => outcome))).toEqual(new Set(['ready', 'failed']));
    expect(notes).toMatch(/512 MiB: ready after \d+ ms/);
    expect(notes).toContain('its console: Out of memory: Killed process 1 (systemd)');
  });

  it('has no figure where the memory of the run is not enough', async () => {
    await run('minimum-memory', '--runtime', 'fake:needs=100', '--memory', '64M');
    const { values, missing, details } = onlySample();
    expect(values).toEqual([]);
    expect(missing[0]?.reason).toContain('the instance ended');
    expect(minimumMemoryIn(details)?.trials).toHaveLength(1);
  });

  it.each(['', '1x', '63M', '-5'])('refuses --memory %j', async (text) => {
    const { exitCode } = await run('minimum-memory', '--runtime', 'fake', '--memory', text);
    expect(exitCode).toBe(2);
  });
});
