import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { densityIn, type Density } from '../../../../results/fleet/density.ts';
import { recordSchema, type RunRecord } from '../../../../results/record.ts';
import { ownState } from '../../../support/own-state.ts';
import { twinboot, type Told } from '../../../support/terminal.ts';

const own = ownState();

function run(...words: string[]): Promise<Told> {
  return twinboot(['run', 'density', '--out', join(own.folder, 'runs'), '--reserve', '64M', ...words]);
}

function runFolder(): string {
  const [only = ''] = readdirSync(join(own.folder, 'runs'));
  return join(own.folder, 'runs', only);
}

function record(): RunRecord {
  return recordSchema.parse(JSON.parse(readFileSync(join(runFolder(), 'run.json'), 'utf8')));
}

function series(): Density[] {
  return record().samples.map(({ details, error }) => {
    const found = densityIn(details);
    if (found === undefined) throw new Error(`no series: ${error?.message ?? ''}`);
    return found;
  });
}

describe('twinboot run density', { timeout: 60_000 }, () => {
  it('climbs step by step in every runtime, and has a slope with its interval', async () => {
    const { exitCode, notes, out } = await run('--runtime', 'fake', '--runtime', 'fake:kind=vm');
    expect(exitCode, notes).toBe(0);
    for (const { steps, stop, lost, fits } of series()) {
      expect(steps.map(({ live }) => live)).toEqual([1, 2, 3, 4, 6, 8]);
      expect(stop).toEqual({ reason: 'planned', message: 'every step was reached' });
      expect(lost).toEqual([]);
      expect(fits.total?.interval?.low).toBeLessThanOrEqual(fits.total?.slope ?? NaN);
    }
    // 20 MiB is what each fake container is charged.
    const [container] = record().samples.filter(({ runtime }) => runtime === 'fake');
    expect(container?.values).toContainEqual({
      metric: 'density.marginal',
      unit: 'bytes',
      value: 20 * 2 ** 20,
    });
    expect(notes).toMatch(/density: fake: 4 live · 80\.0 MiB in all · last ready after \d+ ms/);
    expect(out).toContain('20.0 MiB [20.0 MiB, 20.0 MiB]');
  });

  it('goes through the runtimes in turn, series by series, and back the other way', async () => {
    const words = ['--runtime', 'fake', '--runtime', 'fake:kind=vm', '--instances', '1,2', '--series', '2'];
    const { exitCode, notes } = await run(...words);
    expect(exitCode, notes).toBe(0);
    const { samples, plan } = record();
    expect(samples.map(({ round, order }) => [round, order])).toEqual([
      [1, 1],
      [1, 2],
      [2, 1],
      [2, 2],
    ]);
    const [first, second, third, fourth] = samples.map(({ runtime }) => runtime);
    expect(new Set([first, second]).size).toBe(2);
    expect([third, fourth]).toEqual([second, first]);
    expect(notes).toContain(`density, series 2 of 2: ${third ?? ''}: 2 live`);
    const report = readFileSync(join(runFolder(), 'report', 'report.md'), 'utf8');
    expect(report).toMatch(
      new RegExp(
        `took turns in an order drawn with seed ${plan.seed}: density: (\\S+), (\\S+); then \\2, \\1\\. `,
      ),
    );
    expect(report).toContain('Each was as early as late on average');
  });

  it('boots single instances too where a scenario of them is named beside it', async () => {
    const words = ['startup', '--runtime', 'fake', '--instances', '1,2', '--rounds', '2', '--warmup', '0'];
    const { exitCode, notes } = await run(...words);
    expect(exitCode, notes).toBe(0);
    expect(record().samples.map(({ scenario }) => scenario)).toEqual(['startup', 'startup', 'density']);
    expect(record().plan.scenarios).toEqual(['startup', 'density']);
  });

  it('counts instances that are lost, and goes on', async () => {
    const { exitCode, notes } = await run('--runtime', 'fake:fail=sometimes,seed=3', '--instances', '4,8');
    expect(exitCode, notes).toBe(0);
    const [{ lost, steps, stop }] = series() as [Density];
    expect(lost.length).toBeGreaterThan(0);
    expect(steps).toHaveLength(2);
    expect(stop.reason).toBe('planned');
    expect(notes).toMatch(/✗ instance \d+: /);
  });

  it('ends with the first that fails where it was told to go on until then', async () => {
    await run('--runtime', 'fake:fail=sometimes,seed=3', '--instances', '1,2', '--until', 'failure');
    const [{ stop, lost, steps }] = series() as [Density];
    expect(stop.reason).toBe('failure');
    expect(lost.length).toBeGreaterThan(0);
    expect(steps.length).toBeGreaterThan(0);
  });

  it('says beforehand that the memory of this host is not enough, and goes as far as it is', async () => {
    const words = ['--runtime', 'fake:kind=vm', '--instances', '1,2,10000', '--reserve', nearlyAllMemory()];
    const { exitCode, notes } = await run(...words);
    expect(exitCode, notes).toBe(0);
    const [{ stop, steps }] = series() as [Density];
    expect(notes).toMatch(/10000 instances will not fit: .*: about \d+ fit/);
    expect(stop.reason).toBe('memory');
    expect(steps.at(-1)?.live).toBeLessThan(1000);
  });

  it('goes on where the first steps show that more fits than was feared', async () => {
    // Before anything is known 128 MiB are feared for each, and there is room for 8 to 16 of that; each takes 20.
    await run('--runtime', 'fake', '--instances', '40', '--reserve', nearlyAllMemory());
    const [{ stop, steps }] = series() as [Density];
    expect(steps.length).toBeGreaterThan(1);
    expect(steps[0]?.live).toBeLessThan(40);
    expect(steps.at(-1)?.live).toBe(40);
    expect(stop.reason).toBe('planned');
  });

  it('starts nothing where the reserve is gone already, and says so', async () => {
    const { exitCode, notes } = await run('--runtime', 'fake', '--reserve', '1000G');
    expect(exitCode).toBe(4);
    expect(notes).toContain('less than the reserve of 1000 GiB');
    expect(record().samples[0]?.error?.code).toBe('fleet-not-started');
  });

  it('fails with the words of the first instance where none gets ready', async () => {
    const { exitCode, notes } = await run('--runtime', 'fake:kind=vm,fail=panic', '--instances', '1');
    expect(exitCode).toBe(4);
    expect(notes).toContain('panicked');
  });

  it.each([
    ['0', 'each from 1 to 100000'],
    ['4,2', 'larger than the one before'],
    ['1,,2', 'whole number'],
    ['many', 'whole number'],
  ])('refuses --instances %s', async (instances, words) => {
    const { exitCode, notes } = await run('--runtime', 'fake', '--instances', instances);
    expect(exitCode).toBe(2);
    expect(notes).toContain(words);
  });
});

/** All but 1 to 2 GiB of what this host has available: what a series is left with. */
function nearlyAllMemory(): string {
  return `${Math.max(1, Math.floor(memAvailableBytes() / 2 ** 30) - 1)}G`;
}

function memAvailableBytes(): number {
  const kib = /^MemAvailable:\s+(\d+) kB$/m.exec(readFileSync('/proc/meminfo', 'utf8'))?.[1];
  return Number(kib) * 1024;
}
