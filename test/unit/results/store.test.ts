import {
  lstat,
  mkdir,
  mkdtemp,
  open,
  readFile,
  readdir,
  rm,
  symlink,
  writeFile,
  type FileHandle,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { readRecord, writeRecord } from '../../../results/store.ts';
import { buildRecord } from '../../fixtures/records/record.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'twinboot-store-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const runJson = () => readFile(join(folder, 'run.json'), 'utf8');

describe('writeRecord', () => {
  it('writes a record that reads back the same', async () => {
    const record = buildRecord();
    await writeRecord(folder, record);
    expect(await readRecord(folder)).toEqual(record);
    expect(await readdir(folder)).toEqual(['run.json']);
  });

  it('writes a record without samples, and one with an absent member', async () => {
    const record = { ...buildRecord({ rounds: 0, warmup: 0 }), endedAt: undefined };
    await writeRecord(folder, record);
    expect((await readRecord(folder)).samples).toEqual([]);
  });

  it('gives each sample a line of its own', async () => {
    const record = buildRecord({ rounds: 2 });
    await writeRecord(folder, record);
    const lines = (await runJson()).split('\n').filter((line) => line.startsWith('{"scenario"'));
    expect(lines).toHaveLength(record.samples.length);
  });

  it('adds samples as they come', async () => {
    const whole = buildRecord({ rounds: 3 });
    for (let count = 0; count <= whole.samples.length; count += 1) {
      await writeRecord(folder, { ...whole, state: 'running', samples: whole.samples.slice(0, count) });
      expect((await readRecord(folder)).samples).toEqual(whole.samples.slice(0, count));
    }
  });

  it('freezes a sample that was written: its text is not made again', async () => {
    const record = buildRecord();
    await writeRecord(folder, record);
    expect(() => record.samples[0]?.values.pop()).toThrow(TypeError);
  });

  it('keeps the order of calls that were not waited for', async () => {
    const record = buildRecord({ rounds: 20 });
    await Promise.all([
      writeRecord(folder, { ...record, state: 'running' }),
      writeRecord(folder, { ...record, state: 'running' }),
      writeRecord(folder, { ...record, state: 'interrupted', samples: [] }),
    ]);
    expect(await readRecord(folder)).toMatchObject({ state: 'interrupted', samples: [] });
  });

  it('writes more buffers than the system takes at once', async () => {
    const record = buildRecord({ rounds: 400, failedBoot: false });
    expect(record.samples.length).toBeGreaterThan(2048);
    await writeRecord(folder, record);
    expect((await readRecord(folder)).samples).toHaveLength(record.samples.length);
  });

  it('notes a number that JSON cannot hold as missing, so that the record stays readable', async () => {
    const record = buildRecord({ rounds: 1, warmup: 0, failedBoot: false });
    const [sample] = record.samples;
    const metric = sample?.values[0]?.metric;
    sample?.values.splice(0, 1, { metric: metric ?? '', unit: 'ms', value: NaN });
    await writeRecord(folder, record);
    const [read] = (await readRecord(folder)).samples;
    expect(read?.values.map((value) => value.metric)).not.toContain(metric);
    expect(read?.missing).toContainEqual({ metric, reason: 'the value is NaN' });
  });

  it('leaves the record before untouched when the disk is full', async () => {
    await writeRecord(folder, buildRecord({ rounds: 1 }));
    const before = await runJson();
    const handle = await open(folder);
    await handle.close();
    const full = Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' });
    vi.spyOn(Object.getPrototypeOf(handle) as FileHandle, 'writev').mockRejectedValueOnce(full);

    await expect(writeRecord(folder, buildRecord({ rounds: 2 }))).rejects.toMatchObject({
      code: 'disk-full',
      kind: 'run',
      message: `no space left to write ${join(folder, 'run.json')}`,
    });
    expect(await runJson()).toBe(before);
    expect(await readdir(folder)).toEqual(['run.json']);
  });

  it('writes again after a write that failed', async () => {
    await expect(writeRecord(join(folder, 'gone'), buildRecord())).rejects.toMatchObject({
      code: 'write-failed',
    });
    await writeRecord(folder, buildRecord());
    expect(await readdir(folder)).toEqual(['run.json']);
  });

  // A folder of baselines is committed, and comes with whatever somebody has put into it.
  it.each(['run.json', 'run.json.tmp'])('never writes through a link called %s', async (name) => {
    const outside = join(folder, 'outside');
    await writeFile(outside, 'of the host');
    await mkdir(join(folder, 'run'));
    await symlink(outside, join(folder, 'run', name));
    await writeRecord(join(folder, 'run'), buildRecord());
    expect(await readFile(outside, 'utf8')).toBe('of the host');
    expect((await lstat(join(folder, 'run/run.json'))).isFile()).toBe(true);
  });
});
