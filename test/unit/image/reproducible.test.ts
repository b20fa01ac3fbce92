import { chmodSync, existsSync, mkdirSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { contentDigest } from '../../../harness/image/content-digest.ts';
import { digestFile, measureTree, packDisk } from '../../../harness/image/pack.ts';
import {
  FILE_SYSTEM_UUID,
  HASH_SEED,
  IMAGE_EPOCH_S,
  levelTimes,
  MACHINE_ID,
  removeVolatileFiles,
} from '../../../harness/image/reproducible.ts';
import { processRunner } from '../../../harness/process/runner.ts';
import { sandbox } from '../../fixtures/image/sandbox.ts';

const { signal } = new AbortController();

/** `order`: in which its files are made, and with that how the host's disk holds them. */
function layTree(tree: string, order: readonly string[] = ['a', 'b', 'c']): string {
  mkdirSync(join(tree, 'folder'), { recursive: true });
  for (const name of order) writeFileSync(join(tree, 'folder', name), `content of ${name}`);
  symlinkSync('folder/a', join(tree, 'link'));
  utimesSync(join(tree, 'folder/a'), 1_000_000_000.5, 1_000_000_000.5);
  return tree;
}

describe('what is fixed', () => {
  it('has the form that systemd and ext4 want', () => {
    expect(MACHINE_ID).toMatch(/^[0-9a-f]{32}$/);
    for (const id of [FILE_SYSTEM_UUID, HASH_SEED])
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(HASH_SEED).not.toBe(FILE_SYSTEM_UUID);
  });
});

describe('the times of a tree', () => {
  it('are whole seconds, none after the epoch, and follow no link', () => {
    const { folder } = sandbox();
    const tree = layTree(join(folder, 'tree'));
    const outside = join(folder, 'outside');
    writeFileSync(outside, '');
    symlinkSync(outside, join(tree, 'to-outside'));
    levelTimes(tree);
    const time = (path: string): number => statSync(join(tree, path)).mtimeMs / 1000;
    expect(time('folder/a')).toBe(1_000_000_000);
    expect(time('folder/b')).toBe(IMAGE_EPOCH_S);
    expect(time('.')).toBe(IMAGE_EPOCH_S);
    expect(statSync(outside).mtimeMs / 1000).toBeGreaterThan(IMAGE_EPOCH_S);
  });
});

describe('the digest of the content', () => {
  it('minds neither times nor the order in which files were made', async () => {
    const { folder } = sandbox();
    const one = layTree(join(folder, 'one'));
    const other = layTree(join(folder, 'other'), ['c', 'b', 'a']);
    levelTimes(other);
    expect(await contentDigest(one, signal)).toBe(await contentDigest(other, signal));
  });

  it.each<[string, (tree: string) => void]>([
    ['a content', (tree) => writeFileSync(join(tree, 'folder/a'), 'another')],
    ['a mode', (tree) => chmodSync(join(tree, 'folder/a'), 0o4755)],
    ['a link', (tree) => symlinkSync('folder/b', join(tree, 'link2'))],
    ['a folder', (tree) => mkdirSync(join(tree, 'folder/empty'))],
  ])('changes with %s', async (_, change) => {
    const tree = layTree(join(sandbox().folder, 'tree'));
    const before = await contentDigest(tree, signal);
    change(tree);
    expect(await contentDigest(tree, signal)).not.toBe(before);
  });
});

describe('the digest of a large tree', () => {
  it('is not waited for once the build is interrupted', async () => {
    const tree = layTree(join(sandbox().folder, 'tree'));
    const interrupted = new AbortController();
    const digest = contentDigest(tree, interrupted.signal);
    interrupted.abort();
    await expect(digest).rejects.toThrow(/abort/i);
  });
});

describe('a volatile file', () => {
  it('goes, and a link in its place leads nowhere', () => {
    const { folder } = sandbox();
    const tree = layTree(join(folder, 'tree'));
    mkdirSync(join(tree, 'var/cache/ldconfig'), { recursive: true });
    writeFileSync(join(tree, 'var/cache/ldconfig/aux-cache'), '');
    removeVolatileFiles(tree);
    expect(existsSync(join(tree, 'var/cache/ldconfig/aux-cache'))).toBe(false);

    const foreign = layTree(join(folder, 'foreign'));
    mkdirSync(join(folder, 'outside'));
    writeFileSync(join(folder, 'outside/aux-cache'), '');
    mkdirSync(join(foreign, 'var/cache'), { recursive: true });
    symlinkSync(join(folder, 'outside'), join(foreign, 'var/cache/ldconfig'));
    removeVolatileFiles(foreign);
    expect(existsSync(join(folder, 'outside/aux-cache'))).toBe(true);
  });
});

describe.runIf(process.platform === 'linux' && existsSync('/usr/sbin/debugfs'))(
  'a disk file',
  { timeout: 60_000 },
  () => {
    it('is the same at every build, whenever its files were made and changed', async () => {
      const { folder } = sandbox();
      const digests: string[] = [];
      for (const order of [
        ['a', 'b', 'c'],
        ['c', 'a', 'b'],
      ]) {
        const tree = layTree(join(folder, order.join('')), order);
        const disk = `${tree}.raw`;
        levelTimes(tree);
        await packDisk(tree, disk, measureTree(tree), { runner: processRunner, signal });
        digests.push(await digestFile(disk));
        // The file system has whole seconds: the second one is made in another.
        if (digests.length === 1) await new Promise((resolve) => setTimeout(resolve, 1100));
      }
      expect(digests[0]).toBe(digests[1]);
      await processRunner.run('e2fsck', ['-fn', join(folder, 'abc.raw')]);
    });
  },
);
