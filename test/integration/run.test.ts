import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newTraces, rememberTraces } from '../support/host-state.ts';
import { twinboot } from '../support/terminal.ts';
import { ended, newRunsFolder, onlyRecord, said, startRun } from './support.ts';

/** Whole runs as a person would start them, with real boots. */
beforeAll(async () => {
  const { exitCode, notes } = await twinboot(['image', 'build']);
  expect(exitCode, notes).toBe(0);
});

describe('a run of nspawn and QEMU', () => {
  beforeEach(rememberTraces);
  afterEach(() => expect(newTraces()).toEqual([]));

  it('boots both, asks all scenarios of one boot each, and reports', async () => {
    const out = newRunsFolder();
    const told = await twinboot(['run', '--rounds', '1', '--warmup', '0', '--seed', '1', '--out', out]);
    expect(told.exitCode, told.notes).toBe(0);

    const { folder, record } = onlyRecord(out);
    expect(record.state).toBe('complete');
    expect(record.samples.map(({ outcome }) => outcome)).toEqual(Array(6).fill('ok'));
    // Three scenarios look at the same boot.
    expect(new Set(record.samples.map(({ boot }) => boot)).size).toBe(2);
    // Every metric has a value or says why it has none.
    for (const sample of record.samples) {
      const declared = record.scenarios.find(({ id }) => id === sample.scenario)?.metrics.map(({ id }) => id);
      const told = [...sample.values, ...sample.missing].map(({ metric }) => metric);
      expect(told.sort()).toEqual(declared?.sort());
    }
    const [vm] = record.runtimes.filter(({ kind }) => kind === 'vm');
    if (vm?.emulated === true) {
      expect(vm.acceleratorReason).not.toBe('');
      expect(told.out).toContain('emulated (TCG): not a KVM figure');
    }
    expect(record.image.digest).toMatch(/^[0-9a-f]{64}$/);
    expect(readdirSync(join(folder, 'console'))).toHaveLength(2);
    expect(existsSync(join(folder, 'report', 'index.html'))).toBe(true);
    expect(told.out).toMatch(/startup\.ready .*\(n too small for an interval\)/);
  });

  it('drops the page cache before each boot with --cache cold', async () => {
    const out = newRunsFolder();
    const words = [
      'run',
      'startup',
      '--runtime',
      'nspawn',
      '--rounds',
      '1',
      '--warmup',
      '0',
      '--cache',
      'cold',
    ];
    const told = await twinboot([...words, '--out', out]);
    expect(told.exitCode, told.notes).toBe(0);
    expect(onlyRecord(out).record.plan.cache).toBe('cold');
  });
});

describe('a run that is ended from outside', () => {
  beforeEach(rememberTraces);

  it.each(['SIGINT', 'SIGTERM'] as const)(
    '%s: removes everything and reports what there is',
    async (signal) => {
      const out = newRunsFolder();
      const child = startRun(out, ['startup', '--runtime', 'nspawn', '--rounds', '200', '--warmup', '0']);
      await said(child, 'round 2');
      child.kill(signal);
      expect(await ended(child)).toBe(4);
      expect(newTraces()).toEqual([]);
      const { folder, record } = onlyRecord(out);
      expect(record.state).toBe('interrupted');
      expect(record.samples.length).toBeGreaterThanOrEqual(2);
      expect(existsSync(join(folder, 'report', 'index.html'))).toBe(true);
    },
  );

  it('SIGKILL: twinboot clean removes what the dead run registered, and the record survives', async () => {
    const out = newRunsFolder();
    const child = startRun(out, ['startup', '--runtime', 'nspawn', '--rounds', '200', '--warmup', '0']);
    await said(child, 'round 1');
    await bootUnderway();
    child.kill('SIGKILL');
    await ended(child);
    expect(newTraces()).not.toEqual([]);

    const cleaned = await twinboot(['clean']);
    expect(cleaned.exitCode, cleaned.notes).toBe(0);
    expect(cleaned.out).toContain('cgroup');
    expect(newTraces()).toEqual([]);
    const { folder, record } = onlyRecord(out);
    expect(record.state).toBe('running');
    const reported = await twinboot(['report', folder]);
    expect(reported.exitCode, reported.notes).toBe(0);
  });

  it('SIGKILL: the next run removes it too', async () => {
    const child = startRun(newRunsFolder(), [
      'startup',
      '--runtime',
      'nspawn',
      '--rounds',
      '200',
      '--warmup',
      '0',
    ]);
    await said(child, 'round 1');
    await bootUnderway();
    child.kill('SIGKILL');
    await ended(child);
    const words = ['run', 'startup', '--runtime', 'nspawn', '--rounds', '1', '--warmup', '0'];
    const told = await twinboot([...words, '--out', newRunsFolder()]);
    expect(told.exitCode, told.notes).toBe(0);
    expect(told.notes).toContain('no longer alive');
    expect(newTraces()).toEqual([]);
  });
});

/** Until an instance lives: its control group holds processes. */
async function bootUnderway(): Promise<void> {
  while (!newTraces().some((trace) => /^cgroup .* with processes \d/s.test(trace))) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

it('has the console of each boot in the run folder, stamped with the host’s clock', async () => {
  const out = newRunsFolder();
  await twinboot(['run', 'startup', '--runtime', 'nspawn', '--rounds', '1', '--warmup', '0', '--out', out]);
  const { folder } = onlyRecord(out);
  const log = readFileSync(join(folder, 'console', 'r1-1-nspawn.log'), 'utf8');
  expect(log).toMatch(/^\[ +\d+\.\d{3}\] .*Welcome to Debian GNU\/Linux 13/m);
  expect(log).toMatch(/^\[ +\d+\.\d{3}\] .*Reached target multi-user\.target/m);
  // eslint-disable-next-line no-control-regex -- that there are none is the point
  expect(log).not.toMatch(/[\u0000-\u0008\u000b-\u001f]/);
});
