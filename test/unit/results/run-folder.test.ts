import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { assertWritableFolder, createRunFolder, listRuns } from '../../../results/run-folder.ts';

let out: string;

beforeEach(async () => {
  out = await mkdtemp(join(tmpdir(), 'twinboot-runs-'));
});

afterEach(async () => {
  await rm(out, { recursive: true, force: true });
});

const startedAt = new Date('2026-11-23T15:18:03.456Z');

describe('createRunFolder', () => {
  it('names the folder by UTC time and a short id, and creates what is above it', async () => {
    const { id, path } = await createRunFolder(join(out, 'new', 'runs'), startedAt);
    expect(id).toMatch(/^2026-11-23T15-18-03Z-[0-9a-f]{6}$/);
    expect(path).toBe(join(out, 'new', 'runs', id));
    expect(await readdir(path)).toEqual([]);
  });

  it('gives every run a folder of its own, also within the same second', async () => {
    const folders = await Promise.all(Array.from({ length: 20 }, () => createRunFolder(out, startedAt)));
    expect(new Set(folders.map(({ id }) => id)).size).toBe(20);
    expect(await readdir(out)).toHaveLength(20);
  });

  it('says so where a file is in the way', async () => {
    const file = join(out, 'file');
    await writeFile(file, '');
    await expect(createRunFolder(file, startedAt)).rejects.toMatchObject({
      code: 'out-not-writable',
      kind: 'usage',
    });
  });
});

describe('assertWritableFolder', () => {
  it('creates the folder and leaves nothing in it', async () => {
    await assertWritableFolder(join(out, 'a', 'b'));
    expect(await readdir(join(out, 'a', 'b'))).toEqual([]);
  });

  it.each(['file', 'file/below'])('refuses %s where a file stands', async (path) => {
    await writeFile(join(out, 'file'), 'mine');
    await expect(assertWritableFolder(join(out, path))).rejects.toMatchObject({
      code: 'out-not-writable',
      message: expect.stringContaining(join(out, path)) as string,
    });
  });

  it('gives up where nobody can create a folder', async ({ skip }) => {
    skip(!existsSync('/proc/self'), 'this system has no /proc');
    await expect(assertWritableFolder('/proc/runs')).rejects.toMatchObject({
      exitCode: 4,
      code: 'write-failed',
    });
  });

  it('refuses a folder of someone else', async ({ skip }) => {
    skip(process.getuid?.() === 0, 'root may write everywhere');
    await mkdir(join(out, 'locked'), { mode: 0o500 });
    await expect(assertWritableFolder(join(out, 'locked'))).rejects.toMatchObject({
      code: 'out-not-writable',
    });
  });
});

describe('listRuns', () => {
  async function run(name: string, changed?: Date): Promise<void> {
    await mkdir(join(out, name));
    const file = join(out, name, 'run.json');
    await writeFile(file, '{}');
    if (changed) await utimes(file, changed, changed);
  }

  it('lists the folders with a record, newest first by their names, else by the time of the record', async () => {
    await run('2026-11-21T08-00-00Z-aaaaaa');
    await run('2026-11-23T08-00-00Z-bbbbbb', new Date('2020-01-01'));
    await run('baseline', new Date('2026-11-22T08:00:00Z'));
    await mkdir(join(out, '2026-11-24T08-00-00Z-cccccc'));
    await writeFile(join(out, 'notes.txt'), '');

    const runs = await listRuns(out);
    expect(runs.map(({ id }) => id)).toEqual([
      '2026-11-23T08-00-00Z-bbbbbb',
      'baseline',
      '2026-11-21T08-00-00Z-aaaaaa',
    ]);
    expect(runs.map(({ path }) => basename(path))).toEqual(runs.map(({ id }) => id));
  });

  it('finds nothing where there is no such folder', async () => {
    expect(await listRuns(join(out, 'nowhere'))).toEqual([]);
  });
});
