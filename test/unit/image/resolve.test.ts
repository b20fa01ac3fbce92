import { chmodSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { imageFolder } from '../../../harness/image/cache.ts';
import { recipeFor, recipeId } from '../../../harness/image/recipe.ts';
import { resolveImage, type ImageRequest } from '../../../harness/image/resolve.ts';
import { readUserTree } from '../../../harness/image/user-tree.ts';
import { buildTools, fakeRunner } from '../../fixtures/image/fake-tools.ts';
import { buildContext, builtImage, sandbox } from '../../fixtures/image/sandbox.ts';

function resolve(request: Omit<ImageRequest, 'note'>, tools = {}) {
  const notes: string[] = [];
  const runner = fakeRunner(tools);
  const image = resolveImage(buildContext(runner), { ...request, note: (message) => notes.push(message) });
  return { notes, runner, image };
}

describe('the image of a run', () => {
  it('comes from the cache without any command being run, and says so', async () => {
    await builtImage(sandbox(), recipeFor({}));
    const { notes, runner, image } = resolve({});
    expect((await image).description.name).toBe('trixie');
    expect(runner.calls).toEqual([]);
    expect(notes).toEqual([
      expect.stringMatching(/^image trixie: cached since .* UTC, settled, sha256 [0-9a-f]{12}$/),
    ]);
  });

  it('follows the boot mode that is asked for', async () => {
    const box = sandbox();
    await builtImage(box, recipeFor({ boot: 'first' }));
    expect((await resolve({ boot: 'first' }).image).description.name).toBe('trixie-first');
    expect((await resolve({ name: 'trixie-first' }).image).description.boot).toBe('first');
    await expect(resolve({ name: 'trixie-first', boot: 'settled' }).image).rejects.toMatchObject({
      code: 'wrong-boot-mode',
      hint: 'use the image trixie',
    });
  });

  it('may be one with packages of its own', async () => {
    await builtImage(sandbox(), recipeFor({ name: 'mine', include: ['nginx'] }));
    expect((await resolve({ name: 'mine', boot: 'settled' }).image).description.name).toBe('mine');
    await expect(resolve({ name: 'mine', boot: 'first' }).image).rejects.toMatchObject({
      code: 'wrong-boot-mode',
    });
  });

  it("may be one with a tree of the user's own that is gone by now", async () => {
    const box = sandbox();
    const folder = join(box.folder, 'slow');
    mkdirSync(join(folder, 'etc'), { recursive: true });
    writeFileSync(join(folder, 'etc/slow'), '');
    const trees = [await readUserTree(folder, new AbortController().signal)];
    await builtImage(box, recipeFor({ name: 'slow', trees }));
    rmSync(folder, { recursive: true });
    expect((await resolve({ name: 'slow' }).image).description.name).toBe('slow');
  });

  it('is not guessed: a name that was never built is an error with the known ones', async () => {
    await builtImage(sandbox(), recipeFor({ name: 'mine', include: ['nginx'] }));
    await expect(resolve({ name: 'mime' }).image).rejects.toMatchObject({
      code: 'unknown-image',
      kind: 'usage',
      hint: 'did you mean "mine"? Known: mine; twinboot image build builds one',
    });
  });

  it('is not one with the agent of another twinboot in it', async () => {
    const recipe = recipeFor({ name: 'mine', include: ['nginx'] });
    const { folder } = await builtImage(sandbox(), recipe);
    renameSync(folder, imageFolder('0123456789abcdef'));
    await expect(resolve({ name: 'mine' }).image).rejects.toMatchObject({
      code: 'image-outdated',
      hint: 'build it anew with: twinboot image build mine --include nginx',
    });
  });

  it('is not a damaged one', async () => {
    const { folder } = await builtImage(sandbox(), recipeFor({}));
    chmodSync(join(folder, 'disk.raw'), 0o644);
    writeFileSync(join(folder, 'disk.raw'), 'short');
    await expect(resolve({}).image).rejects.toMatchObject({ code: 'image-damaged' });
  });

  it('is built where it is a plain one that the cache does not have', async () => {
    sandbox();
    const { runner, image } = resolve(
      {},
      buildTools({ mmdebstrap: () => ({ exitCode: 1, stderr: 'as far as it goes' }) }),
    );
    await expect(image).rejects.toThrow(/as far as it goes|public keys/);
    expect(runner.calls[0]).toBe('mmdebstrap --version');
    expect(recipeId(recipeFor({}))).toBe(recipeId(recipeFor({ name: 'trixie' })));
  });
});
