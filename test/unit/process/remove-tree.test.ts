import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execFileSync } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { removeTree } from '../../../harness/process/remove-tree.ts';
import { processRunner } from '../../../harness/process/runner.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'twinboot-test-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('what a guest has written', () => {
  it('is removed with links, and nothing that they lead to', async () => {
    mkdirSync(join(folder, 'outside'));
    writeFileSync(join(folder, 'outside/file'), '');
    mkdirSync(join(folder, 'work/upper'), { recursive: true });
    symlinkSync(join(folder, 'outside'), join(folder, 'work/upper/link'));
    await removeTree(join(folder, 'work'), processRunner);
    expect(readdirSync(folder)).toEqual(['outside']);
    expect(existsSync(join(folder, 'outside/file'))).toBe(true);
  });

  it('is removed where its names are no text', async () => {
    mkdirSync(join(folder, 'work'));
    writeFileSync(Buffer.concat([Buffer.from(`${folder}/work/`), Buffer.from([0xff, 0xfe])]), '');
    await removeTree(join(folder, 'work'), processRunner);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('is removed where it is deeper than a path can be long', async () => {
    mkdirSync(join(folder, 'work'));
    const name = 'd'.repeat(200);
    execFileSync('sh', ['-c', `for i in $(seq 60); do mkdir ${name} && cd -P ${name}; done`], {
      cwd: join(folder, 'work'),
    });
    await removeTree(join(folder, 'work'), processRunner);
    expect(readdirSync(folder)).toEqual([]);
  });
});

it('a path that is gone is no failure', async () => {
  await removeTree(join(folder, 'gone'), processRunner);
  expect(readdirSync(folder)).toEqual([]);
});
