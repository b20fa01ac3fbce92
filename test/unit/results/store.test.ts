import { existsSync } from 'node:fs';
import { mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
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

  // Every write to /dev/full fails as on a full disk.
  it('leaves the record before untouched when the disk is full', async ({ skip }) => {
    skip(!existsSync('/dev/full'), 'this system has no /dev/full');
    await writeRecord(folder, buildRecord({ rounds: 1 }));
    const before = await runJson();
    await symlink('/dev/full', join(folder, 'run.json.tmp'));

    await expect(writeRecord(folder, buildRecord({ rounds: 2 }))).rejects.toMatchObject({
      code: 'disk-full',
      kind: 'run',
      message: `no space left to write ${join(folder, 'run.json')}`,
    });
    expect(await runJson()).toBe(before);
    expect(await readdir(folder)).toEqual(['run.json']);
  });

  it('writes again after a write that failed, and over what a killed one left', async () => {
    await expect(writeRecord(join(folder, 'gone'), buildRecord())).rejects.toMatchObject({
      code: 'write-failed',
    });
    await writeFile(join(folder, 'run.json.tmp'), '{"schema": "twinboot.run/1", "sam');
    await writeRecord(folder, buildRecord());
    expect(await readdir(folder)).toEqual(['run.json']);
  });
});
