import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { imageFolder, imagesFolder } from '../../../harness/image/cache.ts';
import { findImage, listImages, removeImage } from '../../../harness/image/catalogue.ts';
import { recipeFor } from '../../../harness/image/recipe.ts';
import { builtImage, sandbox } from '../../fixtures/image/sandbox.ts';

const trixie = recipeFor({}, 'x64');
const mine = recipeFor({ name: 'mine', include: ['nginx'] }, 'x64');

describe('the cache', () => {
  it('is empty before anything was built', () => {
    sandbox();
    expect(listImages()).toEqual([]);
  });

  it('lists images by name, and nothing that is half built', async () => {
    const box = sandbox();
    await builtImage(box, trixie);
    await builtImage(box, mine);
    mkdirSync(join(imagesFolder(), '.build-1-2-3-4'));
    expect(listImages().map(({ name, state }) => [name, state])).toEqual([
      ['mine', 'ready'],
      ['trixie', 'ready'],
    ]);
  });

  it("knows an image that this twinboot's recipe would not make", async () => {
    const { folder } = await builtImage(sandbox(), mine);
    expect(findImage('mine').outdated).toBe(false);
    // Where the same recipe with another agent would lie.
    renameSync(folder, imageFolder('0123456789abcdef'));
    expect(findImage('mine')).toMatchObject({ id: '0123456789abcdef', outdated: true });
  });

  it.each<[string, (folder: string) => void, RegExp]>([
    ['no description', (folder) => rmSync(join(folder, 'image.json')), /image\.json is missing/],
    [
      'half a description',
      (folder) => writeFileSync(join(folder, 'image.json'), '{'),
      /image\.json is no JSON/,
    ],
    [
      'the description of something else',
      (folder) => writeFileSync(join(folder, 'image.json'), '{}'),
      /image\.json: schema/,
    ],
    ['no kernel', (folder) => rmSync(join(folder, 'vmlinuz')), /vmlinuz is missing/],
    ['a disk of another size', grow, /disk\.raw has \d+ bytes instead of \d+/],
    ['a disk that was written to', touch, /disk\.raw was written to after it was built/],
  ])('finds the damage of an image with %s', async (_, harm, reason) => {
    const { folder } = await builtImage(sandbox(), trixie);
    harm(folder);
    expect(listImages()).toMatchObject([
      { state: 'damaged', reason: expect.stringMatching(reason) as string },
    ]);
    expect(() => findImage('trixie')).toThrow(
      expect.objectContaining({
        code: 'image-damaged',
        hint: 'remove it with: twinboot image rm trixie',
      }) as Error,
    );
    expect(await removeImage('trixie')).toBe(1);
    expect(existsSync(folder)).toBe(false);
  });

  it('answers an unknown name with the nearest one and all of them', async () => {
    await builtImage(sandbox(), trixie);
    const error = {
      code: 'unknown-image',
      hint: expect.stringContaining('did you mean "trixie"?') as string,
    };
    expect(() => findImage('trixi')).toThrow(expect.objectContaining(error) as Error);
    await expect(removeImage('trixi')).rejects.toMatchObject(error);
  });
});

function grow(folder: string): void {
  chmodSync(join(folder, 'disk.raw'), 0o644);
  appendFileSync(join(folder, 'disk.raw'), 'x');
}

function touch(folder: string): void {
  utimesSync(join(folder, 'disk.raw'), 1, 1);
}
