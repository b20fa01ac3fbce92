import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { densityIn, type Density } from '../../results/fleet/density.ts';
import type { RunRecord, Sample } from '../../results/record.ts';
import { newTraces, rememberTraces } from '../support/host-state.ts';
import { twinboot } from '../support/terminal.ts';
import { ended, newRunsFolder, onlyRecord, said, startRun } from './support.ts';

/** Fleets of real instances. */
beforeAll(async () => {
  const { exitCode, notes } = await twinboot(['image', 'build']);
  expect(exitCode, notes).toBe(0);
});

const INOTIFY = '/proc/sys/fs/inotify/max_user_instances';
let inotifyBefore: string;

beforeEach(() => {
  rememberTraces();
  inotifyBefore = readFileSync(INOTIFY, 'utf8');
});

/** Whatever became of a run, the host is as it was. */
afterEach(() => {
  expect(newTraces()).toEqual([]);
  expect(readFileSync(INOTIFY, 'utf8')).toBe(inotifyBefore);
});

const MIB = 1024 * 1024;

describe('a density run of containers', () => {
  const told = { out: '', notes: '', exitCode: -1 };
  let record: RunRecord;
  let folder: string;

  it('keeps thirty of each runtime alive, and stops all of them', async () => {
    const out = newRunsFolder();
    Object.assign(
      told,
      await twinboot([
        ...['run', 'density', '--runtime', 'nspawn', '--runtime', 'namespaces'],
        ...['--instances', '1,2,4,8,16,30', '--parallel', '4', '--raise-limits', '--out', out],
      ]),
    );
    expect(told.exitCode, told.notes).toBe(0);
    ({ record, folder } = onlyRecord(out));
    for (const { steps, stop, lost, killed } of seriesIn(record)) {
      expect(stop.reason).toBe('planned');
      expect(lost).toEqual([]);
      expect(killed).toBe(0);
      expect(steps.map(({ live }) => live)).toEqual([1, 2, 4, 8, 16, 30]);
    }
    // The first says what it raises, where this host does not allow so many anyway.
    if (Number(inotifyBefore) <= 128)
      expect(told.notes).toContain('fs.inotify.max_user_instances raised from');
  });

  it('gives a slope with its interval, and less than the first instance', () => {
    for (const sample of record.samples) {
      const { fits } = seriesOf(sample);
      expect(fits.total?.interval?.low).toBeLessThanOrEqual(fits.total?.slope ?? NaN);
      expect(fits.total?.interval?.high).toBeGreaterThanOrEqual(fits.total?.slope ?? NaN);
      // A Debian container's own pages: more than 5 MiB, less than 40.
      expect(valueOf(sample, 'density.marginal')).toBeGreaterThan(5 * MIB);
      expect(valueOf(sample, 'density.marginal')).toBeLessThan(40 * MIB);
      // The first is charged for the page cache that all share.
      expect(valueOf(sample, 'density.first')).toBeGreaterThan(valueOf(sample, 'density.marginal'));
    }
  });

  it('explains every step to 95 % and more', () => {
    for (const { steps } of seriesIn(record)) {
      for (const { parts, totalBytes } of steps) {
        const sum = parts.reduce((total, { bytes }) => total + bytes, 0);
        expect(sum).toBeCloseTo(totalBytes, -1);
        const rest = parts.find(({ id }) => id === 'memory.unexplained')?.bytes ?? NaN;
        expect(Math.abs(rest) / totalBytes).toBeLessThan(0.05);
      }
    }
  });

  it('knows what D-Bus and journald cost thirty times', () => {
    for (const { steps } of seriesIn(record)) {
      for (const service of ['dbus.service', 'systemd-journald.service']) {
        const cost = steps.at(-1)?.services.find((row) => row.service === service);
        expect(cost?.instances).toBe(30);
        expect(cost?.anonBytes).toBeGreaterThan(30 * 0.2 * MIB);
      }
    }
  });

  it('plans a fleet from its record', async () => {
    const plan = await twinboot(['plan', folder, '--host-memory', '256G', '--instances', '500']);
    expect(plan.exitCode, plan.notes).toBe(0);
    expect(plan.out).toContain('nspawn');
    expect(plan.out).toMatch(/extrapolate/i);
  });
});

it('counts an instance that dies and goes on', async () => {
  const out = newRunsFolder();
  const words = ['density', '--runtime', 'nspawn', '--instances', '2,3,4', '--timeout', '30'];
  const child = startRun(out, words);
  await said(child, '2 live');
  killInit();
  expect(await ended(child)).toBe(0);
  const [series] = seriesIn(onlyRecord(out).record);
  expect(series?.lost).toHaveLength(1);
  expect(series?.stop.reason).toBe('planned');
  expect(series?.steps.at(-1)?.live).toBe(4);
});

it('stops before a limit of the host bites, and names it', async () => {
  if (Number(inotifyBefore) > 200)
    throw new Error('this test needs a host with the kernel’s own limit of 128');
  const out = newRunsFolder();
  const told = await twinboot([
    ...['run', 'density', '--runtime', 'nspawn', '--instances', '1,2,100', '--parallel', '4', '--out', out],
  ]);
  expect(told.exitCode, told.notes).toBe(0);
  const [series] = seriesIn(onlyRecord(out).record);
  expect(series?.stop).toEqual({
    reason: 'host-limit',
    message: expect.stringContaining('fs.inotify.max_user_instances') as string,
  });
  expect(series?.lost).toEqual([]);
  expect(told.notes).toContain('--raise-limits');
});

it('SIGKILL with twenty live: twinboot clean removes all and puts the limits back', async () => {
  const child = startRun(newRunsFolder(), [
    ...['density', '--runtime', 'nspawn', '--instances', '20,40', '--parallel', '4', '--raise-limits'],
  ]);
  await said(child, '20 live');
  child.kill('SIGKILL');
  await ended(child);
  expect(newTraces()).not.toEqual([]);
  const cleaned = await twinboot(['clean']);
  expect(cleaned.exitCode, cleaned.notes).toBe(0);
});

it('two VMs cost two of one', async () => {
  const out = newRunsFolder();
  const words = [
    'run',
    'density',
    '--runtime',
    'qemu:tcg-thread=single',
    '--instances',
    '1,2',
    '--parallel',
    '2',
    '--out',
    out,
  ];
  const told = await twinboot(words);
  expect(told.exitCode, told.notes).toBe(0);
  const [series] = seriesIn(onlyRecord(out).record);
  const [one, two] = series?.steps ?? [];
  expect(two?.live).toBe(2);
  expect((two?.totalBytes ?? 0) / (one?.totalBytes ?? NaN)).toBeGreaterThan(1.6);
  for (const { parts, totalBytes } of [one, two].filter((step) => step !== undefined)) {
    const rest = parts.find(({ id }) => id === 'memory.unexplained')?.bytes ?? NaN;
    expect(Math.abs(rest) / totalBytes).toBeLessThan(0.05);
  }
});

function seriesIn({ samples }: RunRecord): Density[] {
  return samples.map(seriesOf);
}

function seriesOf({ details, error }: Sample): Density {
  const series = densityIn(details);
  if (series === undefined) throw new Error(`no series: ${error?.message ?? 'and no reason'}`);
  return series;
}

function valueOf({ values }: Sample, metric: string): number {
  return values.find((value) => value.metric === metric)?.value ?? NaN;
}

/** Kills the first instance's PID 1 from the host, as the kernel would when memory is short. */
function killInit(): void {
  const group = readdirSync('/sys/fs/cgroup/pids').find((name) => /^twinboot-.*-d1-1-1$/.test(name));
  const pids = readFileSync(join('/sys/fs/cgroup/pids', group ?? '', 'cgroup.procs'), 'utf8')
    .split('\n')
    .filter(Boolean)
    .map(Number);
  for (const pid of pids) process.kill(pid, 'SIGKILL');
}
