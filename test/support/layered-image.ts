import { chmodSync, linkSync, mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readCgroupLayout } from '../../harness/process/cgroup.ts';
import { imageFiles, imageFolder } from '../../harness/image/cache.ts';
import { imagesNamed, removeImage } from '../../harness/image/catalogue.ts';
import { adoptDefaultTarget } from '../../harness/image/default-target.ts';
import { writeManifest } from '../../harness/image/manifest.ts';
import { digestFile } from '../../harness/image/pack.ts';
import { DEFAULT_SUITE, plainRecipe, recipeId } from '../../harness/image/recipe.ts';
import { resolveImage } from '../../harness/image/resolve.ts';
import { inBuildFolder } from '../../harness/image/temporary.ts';
import { copyUserTree, readUserTree } from '../../harness/image/user-tree.ts';
import { openCleanupRegistry } from '../../harness/process/cleanup.ts';
import { processRunner } from '../../harness/process/runner.ts';

/**
 * What lies over an image's root, by path without a leading slash: a file's text, a program's, or where a link leads.
 */
export type Tree = Record<string, string | { program: string } | { to: string }>;

const { signal } = new AbortController();

/**
 * Puts an image into the cache that is the plain one with a tree over it, as `image build NAME --tree TREE` would, in
 * two seconds: the distribution is not installed anew. Needs root.
 */
export async function layerImage(name: string, tree: Tree): Promise<void> {
  const plainOf = plainRecipe(DEFAULT_SUITE);
  if (plainOf === undefined) throw new Error(`${DEFAULT_SUITE} is no plain image`);
  const cleanup = openCleanupRegistry(`test-${name}-${process.pid}`, `image ${name}`, processRunner);
  const plain = await resolveImage(
    { runner: processRunner, cleanup, cgroups: readCgroupLayout(), signal },
    { note: () => undefined },
  );
  await inBuildFolder(cleanup, async (folder) => {
    const [source, root, image] = ['source', 'root', 'image'].map((part) => join(folder, part)) as [
      string,
      string,
      string,
    ];
    for (const path of [source, root, image]) mkdirSync(path);
    writeTree(source, tree);
    const userTree = await readUserTree(source, signal);
    const disk = join(image, imageFiles.disk);
    await processRunner.run('cp', ['--sparse=always', plain.disk, disk]);
    chmodSync(disk, 0o600);
    await processRunner.run('mount', ['-o', 'loop', disk, root]);
    try {
      await copyUserTree(userTree, root, signal);
      adoptDefaultTarget(root);
    } finally {
      await processRunner.run('umount', [root]);
    }
    chmodSync(disk, 0o444);
    linkSync(plain.kernel, join(image, imageFiles.kernel));
    linkSync(plain.initrd, join(image, imageFiles.initrd));
    const recipe = { ...plainOf, name, trees: [userTree] };
    const digest = await digestFile(disk, signal);
    writeManifest(image, { recipe, image: { ...plain.description, name, digest } });
    if (imagesNamed(name).length > 0) await removeImage(name);
    renameSync(image, imageFolder(recipeId(recipe)));
  });
  await cleanup.releaseAll();
}

function writeTree(folder: string, tree: Tree): void {
  for (const [path, content] of Object.entries(tree)) {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    if (typeof content === 'string') writeFileSync(file, content);
    else if ('to' in content) symlinkSync(content.to, file);
    else writeFileSync(file, content.program, { mode: 0o755 });
  }
}
