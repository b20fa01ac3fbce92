import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { addImageCommand } from '../../../../harness/cli/machine/image.ts';
import { recipeFor } from '../../../../harness/image/recipe.ts';
import { readUserTree } from '../../../../harness/image/user-tree.ts';
import { builtImage, sandbox } from '../../../fixtures/image/sandbox.ts';
import { runCommand, type Said } from '../../../support/command.ts';

/** What `twinboot image …` says on standard output and beside it. */
function image(...words: string[]): Promise<Said> {
  return runCommand(addImageCommand, ['image', ...words]);
}

describe('twinboot image build', () => {
  it('says that the cache has it, needing neither root nor tools', async () => {
    await builtImage(sandbox(), recipeFor({}));
    expect((await image('build')).notes).toEqual([expect.stringMatching(/^image trixie: cached since /)]);
  });

  it.each([
    [['build', 'mine', '--mirror', 'ftp.debian.org'], 'bad-mirror'],
    [['build', 'mine', '--include', 'nginx,'], 'bad-package'],
    [['build', '--include', 'nginx'], 'name-needed'],
    [['build', 'mine', '--tree', '/nosuch'], 'bad-tree'],
    [['rm'], 'no-image-named'],
    [['rm', 'nosuch'], 'unknown-image'],
    [['show', 'nosuch'], 'unknown-image'],
  ])('refuses %j with %s', async (words, code) => {
    sandbox();
    await expect(image(...words)).rejects.toMatchObject({ code, kind: 'usage' });
  });
});

describe('twinboot image list', () => {
  it('shows one line per image', async () => {
    const box = sandbox();
    await builtImage(box, recipeFor({}));
    await builtImage(box, recipeFor({ boot: 'first' }));
    const { out } = await image('list');
    expect(out.replace(/\d{4}-\d\d-\d\d \d\d:\d\d/g, 'YYYY-MM-DD HH:MM').replace(/[0-9a-f]{12}$/gm, 'DIGEST'))
      .toMatchInlineSnapshot(`
      "NAME          SUITE   BOOT     KERNEL              PACKAGES  SIZE      BUILT                 SHA256
      trixie        trixie  settled  6.12.0-cloud-amd64  2         8.00 KiB  YYYY-MM-DD HH:MM UTC  DIGEST
      trixie-first  trixie  first    6.12.0-cloud-amd64  2         8.00 KiB  YYYY-MM-DD HH:MM UTC  DIGEST"
    `);
  });

  it('says where nothing is', async () => {
    sandbox();
    const { out, notes } = await image('list');
    expect(out).toBe('');
    expect(notes).toEqual([expect.stringMatching(/^no images in .*; twinboot image build makes one$/)]);
    expect(JSON.parse((await image('list', '--json')).out)).toEqual([]);
  });
});

describe('twinboot image show', () => {
  it('folds the packages into their number unless they are asked for', async () => {
    await builtImage(sandbox(), recipeFor({}));
    const page = (await image('show')).out;
    expect(page).toContain('2 packages');
    expect(page).toContain('Added to the distribution\n  - ');
    expect(page).not.toContain('udev 257.8-1');
    expect((await image('show', 'trixie', '--packages')).out).toContain('udev 257.8-1');
  });

  it('gives the command that builds it, trees included', async () => {
    const box = sandbox();
    const folder = join(box.folder, 'mine');
    mkdirSync(join(folder, 'etc'), { recursive: true });
    const trees = [await readUserTree(folder, new AbortController().signal)];
    await builtImage(box, recipeFor({ name: 'mine', trees }));
    const page = (await image('show', 'mine')).out;
    expect(page).toContain(`command   twinboot image build mine --tree ${folder}\n`);
    expect(page).toContain("  - A tree of the user's own: 0 files, sha256 ");
    expect((await image('build', 'mine', '--tree', folder)).notes).toEqual([
      expect.stringMatching(/^image mine: cached since /),
    ]);
  });

  it('computes the digest anew', async () => {
    await builtImage(sandbox(), recipeFor({}));
    expect((await image('show', '--verify')).notes).toEqual([
      'image trixie: the disk file still has its digest',
    ]);
  });

  it('gives everything as JSON', async () => {
    const { description } = await builtImage(sandbox(), recipeFor({}));
    const parsed = JSON.parse((await image('show', '--json')).out) as { image: { description: unknown } };
    expect(parsed.image.description).toEqual(description);
  });
});

describe('twinboot image rm', () => {
  it('removes those that are named, or all', async () => {
    const box = sandbox();
    for (const boot of ['settled', 'first'] as const) await builtImage(box, recipeFor({ boot }));
    await builtImage(box, recipeFor({ name: 'mine', include: ['nginx'] }));
    expect((await image('rm', 'trixie')).notes).toEqual(['1 image removed']);
    expect((await image('rm', '--all')).notes).toEqual(['2 images removed']);
  });
});
