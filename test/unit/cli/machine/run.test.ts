import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { recordSchema, type RunRecord } from '../../../../results/record.ts';
import { twinboot, type Told } from '../../../support/terminal.ts';

const VM = 'fake:kind=vm,ready-ms=14000';
let folder: string;

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'twinboot-test-'));
  vi.stubEnv('TWINBOOT_STATE_DIR', join(folder, 'state'));
});

function run(...words: string[]): Promise<Told> {
  return twinboot(['run', '--out', join(folder, 'runs'), ...words]);
}

function runFolders(): string[] {
  return readdirSync(join(folder, 'runs')).map((name) => join(folder, 'runs', name));
}

function onlyRecord(): RunRecord {
  const [only] = runFolders();
  return recordSchema.parse(JSON.parse(readFileSync(join(only ?? '', 'run.json'), 'utf8')));
}

describe('twinboot run', { timeout: 60_000 }, () => {
  it('isolation, detection and fidelity are asked where they are named, and have tables in the report', async () => {
    const { exitCode, out } = await run(
      ...['isolation', 'detection', 'fidelity', '--runtime', 'fake', '--runtime', VM],
      ...['--rounds', '1', '--warmup', '0'],
    );
    expect(exitCode).toBe(0);
    expect(out).toContain('isolation.exploit-preconditions');
    const { samples } = onlyRecord();
    expect(samples.map(({ outcome }) => outcome)).toEqual(['ok', 'ok', 'ok', 'ok', 'ok', 'ok']);
    const right = samples
      .flatMap(({ runtime, values }) => values.map((value) => ({ runtime, ...value })))
      .filter(({ metric }) => metric === 'detection.methods-right');
    expect(new Map(right.map(({ runtime, value }) => [runtime, value])).get('fake')).toBe(5);
    const page = readFileSync(join(runFolders()[0] ?? '', 'report', 'report.md'), 'utf8');
    for (const title of ['What separates them from the host', 'Method by method', 'What did not start'])
      expect(page).toContain(`### ${title}`);
  });

  it('boots every runtime once a round, in shuffled order, and ends with a table and a report', async () => {
    const { exitCode, out, notes } = await run(
      '--runtime',
      'fake',
      '--runtime',
      VM,
      '--rounds',
      '3',
      '--seed',
      '7',
    );

    expect(exitCode).toBe(0);
    expect(out).toContain('startup.ready');
    expect(out).toContain('* emulated (TCG): not a KVM figure');
    expect(notes).toContain('✓ warm-up 1: fake ready after');
    expect(readdirSync(runFolders()[0] ?? '').sort()).toEqual([
      'bencher.json',
      'console',
      'github-action-benchmark.json',
      'metrics.openmetrics.txt',
      'ratios.csv',
      'report',
      'run.json',
      'run.log',
      'samples.csv',
      'summary.csv',
    ]);
    const record = onlyRecord();
    expect(record.state).toBe('complete');
    // (1 warm-up + 3 rounds) × 2 runtimes × 3 scenarios
    expect(record.samples).toHaveLength(24);
    expect(new Set(record.samples.map((sample) => sample.boot)).size).toBe(8);
    for (const sample of record.samples) expect(sample.outcome).toBe('ok');
  });

  it('boots a runtime no more whose first boots failed in the same way, and says so in the record', async () => {
    const words = [
      'startup',
      '--runtime',
      'fake',
      '--runtime',
      'fake:fail=panic',
      '--rounds',
      '4',
      '--seed',
      '7',
    ];
    const { exitCode, notes } = await run(...words);

    expect(exitCode).toBe(4);
    expect(notes).toContain('fake:fail=panic was not booted again: its first 2 boots failed in the same way');
    expect(notes).toContain('--keep-going');
    const { samples, warnings, state } = onlyRecord();
    expect(samples.filter(({ runtime }) => runtime === 'fake:fail=panic')).toHaveLength(2);
    expect(samples.filter(({ runtime }) => runtime === 'fake')).toHaveLength(5);
    expect(warnings).toEqual([
      { code: 'given-up', message: expect.stringContaining('was not booted again') as string },
    ]);
    expect(state).toBe('complete');
  });

  it('boots it all the same with --keep-going', async () => {
    await run('startup', '--runtime', 'fake:fail=panic', '--rounds', '4', '--keep-going');
    expect(onlyRecord().samples).toHaveLength(5);
  });

  it('takes the same order from the same seed', async () => {
    const words = ['--runtime', 'fake', '--runtime', VM, '--rounds', '6', '--seed', '11', 'startup'];
    await run(...words);
    await run(...words);
    const orders = runFolders().map((path) => {
      const record = recordSchema.parse(JSON.parse(readFileSync(join(path, 'run.json'), 'utf8')));
      return record.samples.map((sample) => sample.runtime);
    });
    expect(orders[0]).toEqual(orders[1]);
  });

  it('prints the summary as JSON and nothing else with --json', async () => {
    const { out, notes } = await run('startup', '--runtime', 'fake', '--rounds', '2', '--json');
    const summary = JSON.parse(out) as { state: string; metrics: unknown[] };
    expect(summary.state).toBe('complete');
    expect(summary.metrics.length).toBeGreaterThan(5);
    expect(notes).toBe('');
  });

  it('says nothing on the way with --quiet', async () => {
    const { out, notes } = await run('startup', '--runtime', 'fake', '--rounds', '1', '--quiet');
    expect(notes).toBe('');
    expect(out).toContain('startup.ready');
  });

  it('keeps failed boots in the record and goes on', async () => {
    const { exitCode, out, notes } = await run(
      'startup',
      '--runtime',
      'fake:fail=sometimes',
      '--rounds',
      '12',
      '--warmup',
      '0',
    );
    expect(exitCode).toBe(0);
    const outcomes = onlyRecord().samples.map((sample) => sample.outcome);
    expect(outcomes).toContain('ok');
    expect(outcomes).toContain('failed');
    expect(notes).toContain('the instance ended after');
    expect(out).toMatch(/! fake:fail=sometimes: \d+ of 12 boots failed/);
  });

  it.each([
    ['panic,kind=vm', 'kernel-panic'],
    ['exit', 'guest-ended-early'],
    ['hang', 'boot-timeout'],
    ['start', 'launch-failed'],
  ])('fails with exit 4 where no boot of a runtime succeeds: %s', async (fail, code) => {
    const { exitCode } = await run(
      'startup',
      '--runtime',
      `fake:fail=${fail}`,
      '--rounds',
      '1',
      '--warmup',
      '0',
      '--timeout',
      '1',
    );
    expect(exitCode).toBe(4);
    expect(onlyRecord().samples[0]?.error?.code).toBe(code);
  });

  it('reports what was measured when it is interrupted', async () => {
    const interrupt = new AbortController();
    const { exitCode, notes } = await twinboot(
      ['run', '--out', join(folder, 'runs'), 'startup', '--runtime', 'fake', '--rounds', '500'],
      { signal: interrupt.signal, onNote: (note) => note.includes('round 3') && interrupt.abort() },
    );
    expect(exitCode).toBe(4);
    expect(notes).toContain('interrupted');
    const record = onlyRecord();
    expect(record.state).toBe('interrupted');
    expect(record.samples.length).toBeGreaterThanOrEqual(4);
    expect(record.samples.length).toBeLessThan(100);
  });
});

describe('twinboot run --warmup auto', { timeout: 60_000 }, () => {
  it('ends the warm-up when times to ready no longer go one way, and records the rule', async () => {
    const { exitCode, notes } = await run(
      'startup',
      '--runtime',
      'fake',
      '--rounds',
      '1',
      '--warmup',
      'auto',
    );
    expect(exitCode, notes).toBe(0);
    const { plan, samples } = onlyRecord();
    expect(plan).toMatchObject({ warmup: 12, warmupUntil: 'steady', rounds: 1 });
    const rounds = samples.filter(({ phase }) => phase === 'warmup').length;
    expect(rounds).toBeGreaterThanOrEqual(4);
    expect(notes).toContain(`warm after ${rounds} rounds`);
    expect(samples.filter(({ phase }) => phase === 'measured')).toHaveLength(1);
    const page = readFileSync(join(runFolders()[0] ?? '', 'report', 'report.md'), 'utf8');
    expect(page).toContain(`${rounds} warm-up rounds (auto: until the last 4 times to ready`);
  });

  it('is nothing for ab', async () => {
    const words = [
      'ab',
      'startup',
      '--a',
      'image=x',
      '--b',
      'image=x',
      '--runtime',
      'fake',
      '--warmup',
      'auto',
    ];
    const { exitCode, notes } = await twinboot([...words, '--out', join(folder, 'runs')]);
    expect(exitCode).toBe(2);
    expect(notes).toContain('--warmup auto is of run and noise');
  });
});

describe('twinboot run, given nonsense', () => {
  const errors: [string, string[], number][] = [
    ['an unknown scenario', ['starup', '--runtime', 'fake'], 2],
    ['an unknown runtime', ['--runtime', 'nspwan'], 2],
    ['an unknown option of a runtime', ['--runtime', 'qemu:memroy=1G'], 2],
    ['a runtime option out of range', ['--runtime', 'qemu:memory=4M'], 2],
    ['a runtime option that is no pair', ['--runtime', 'qemu:fast'], 2],
    ['an option for a runtime without options', ['--runtime', 'nspawn:fast=1'], 2],
    ['the same runtime twice', ['--runtime', 'fake', '--runtime', 'fake'], 2],
    ['no rounds', ['--runtime', 'fake', '--rounds', '0'], 2],
    ['rounds that are no number', ['--runtime', 'fake', '--rounds', 'many'], 2],
    ['an unknown cache mode', ['--runtime', 'fake', '--cache', 'tepid'], 2],
    ['an unknown flag', ['--runtme', 'fake'], 2],
  ];
  it.each(errors)('%s', async (_, words, exitCode) => {
    const told = await run(...words);
    expect(told.exitCode).toBe(exitCode);
    expect(told.notes).toMatchSnapshot();
    expect(told.notes).not.toContain('    at ');
  });

  it('an --out that cannot be written', async () => {
    writeFileSync(join(folder, 'file'), '');
    const told = await twinboot(['run', '--runtime', 'fake', '--out', join(folder, 'file', 'runs')]);
    expect(told.exitCode).toBe(2);
    expect(told.notes).toContain('cannot');
  });

  it('a second run at the same time: says which one holds the host', async () => {
    let second: Promise<Told> | undefined;
    const first = await twinboot(
      ['run', '--out', join(folder, 'runs'), 'startup', '--runtime', 'fake', '--rounds', '30'],
      {
        onNote: (note) => {
          if (note.includes('round 2')) second ??= run('--runtime', 'fake');
        },
      },
    );
    const told = await second;
    expect(first.exitCode).toBe(0);
    expect(told?.exitCode).toBe(3);
    expect(told?.notes).toMatch(/another run measures on this host: run \S+ \(pid \d+, since /);
    // The refused one left no empty run folder.
    expect(runFolders()).toHaveLength(1);
  });
});
