import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { replaceFile } from '../../../core/replace-file.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'twinboot-test-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('puts text or pieces in the place of a file, and leaves nothing beside it', async () => {
  const file = join(folder, 'file');
  await replaceFile(file, 'one');
  await replaceFile(file, [Buffer.from('t'), Buffer.from('wo')]);
  expect(readFileSync(file, 'utf8')).toBe('two');
  expect(readdirSync(folder)).toEqual(['file']);
});

it('replaces a link, and leaves alone what it leads to', async () => {
  writeFileSync(join(folder, 'outside'), 'of the host');
  symlinkSync('outside', join(folder, 'file'));
  await replaceFile(join(folder, 'file'), 'mine');
  expect(readFileSync(join(folder, 'outside'), 'utf8')).toBe('of the host');
  expect(readFileSync(join(folder, 'file'), 'utf8')).toBe('mine');
});

it('takes neither a device nor a FIFO nor a folder away', async () => {
  execFileSync('mkfifo', [join(folder, 'fifo')]);
  mkdirSync(join(folder, 'folder'));
  for (const name of ['fifo', 'folder']) {
    await expect(replaceFile(join(folder, name), '')).rejects.toMatchObject({ code: 'not-a-file' });
  }
  expect(readdirSync(folder).sort()).toEqual(['fifo', 'folder']);
});
