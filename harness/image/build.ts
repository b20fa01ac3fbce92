import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { hostArchitecture } from '../../core/architecture.ts';
import { errnoOf, runError } from '../../core/error.ts';
import { readIfThere } from '../../core/read-if-there.ts';
import { formatMs } from '../../core/units.ts';
import type { ImageDescription } from '../../results/record.ts';
import { removeTree } from '../process/remove-tree.ts';
import { hostClock, msSince } from '../../core/clock.ts';
import { bootstrap } from './bootstrap.ts';
import { whileBuilding } from './build-lock.ts';
import { imageFiles, imageFolder, requireTrustedCache, type CachedImage } from './cache.ts';
import { cacheFolder } from '../../core/cache-folder.ts';
import { findTool } from '../host/tools.ts';
import { requireUserEmulation } from '../host/user-emulation.ts';
import { damagedImage, listImages, removeImageFolder } from './catalogue.ts';
import { runStage, stageError, type BuildCallbacks, type BuildContext } from './stages.ts';
import { adoptDefaultTarget } from './default-target.ts';
import { readAptAccess, type AptAccess } from './host-apt.ts';
import { readImage, writeManifest } from './manifest.ts';
import { copyKernel, digestFile, flush, measureTree, packDisk } from './pack.ts';
import { initSystemOf, readPackages } from './packages.ts';
import { buildCommand, recipeId, type Recipe } from './recipe.ts';
import { applyBootMode } from './boot-mode.ts';
import { describeRecipe } from './describe-recipe.ts';
import { contentDigest } from './content-digest.ts';
import { levelTimes, removeVolatileFiles } from './reproducible.ts';
import { inBuildFolder, sweepTemporaries } from './temporary.ts';
import { adaptTree } from './tree.ts';
import { copyUserTree } from './user-tree.ts';

export type { BuildContext } from './stages.ts';

export interface BuildOptions {
  /** Instead of the one that the host's apt uses. */
  mirror?: string | undefined;
  /** Builds although the image is cached, and puts the new one in its place. */
  rebuild?: boolean | undefined;
  /** The folder that holds the host's `/etc/apt` and its keyrings; `/` without it. */
  root?: string;
}

/** What the build needs on the host, with a harmless call that says whether it is there. */
const tools = [
  ['mmdebstrap', '--version'],
  ['mkfs.ext4', '-V'],
  ['debugfs', '-V'],
  ['dpkg-query', '--version'],
] as const;

/**
 * Builds the image, or takes the cached one. The folder is made whole under a name of its own and then renamed, so
 * that the cache never holds a part of an image; where another process is building the same one, waits for it.
 * Needs root. Errors name the stage: `missing-tool`, `missing-keyring`, `mirror-unreachable`, `disk-full`,
 * `image-damaged`, `image-in-use`, `no-emulator` (host), `unknown-suite`, `unknown-package` (usage),
 * `bootstrap-failed`, `bad-tree` (usage), `settle-failed`, `tree-changed`, `command-failed`, `interrupted` (run).
 */
export async function buildImage(
  context: BuildContext,
  recipe: Recipe,
  callbacks: BuildCallbacks,
  options: BuildOptions = {},
): Promise<CachedImage> {
  const folder = imageFolder(recipeId(recipe));
  let waited = false;
  const onWait = (pid: number): void => {
    waited = true;
    callbacks.note(`image ${recipe.name}: process ${pid} is building it, waiting`);
  };
  return whileBuilding(folder, { signal: context.signal, onWait }, async () => {
    // Whoever waited for a build wanted what it made, even with `rebuild`.
    const cached = options.rebuild === true && !waited ? undefined : cachedImage(recipe);
    if (cached !== undefined) return cached;
    return build(context, recipe, callbacks, options);
  });
}

/** The image of exactly this recipe, if the cache has it. Errors: `image-damaged`, `folder-not-trusted` (host). */
export function cachedImage(recipe: Recipe): CachedImage | undefined {
  requireTrustedCache();
  const read = readImage(imageFolder(recipeId(recipe)));
  if (read?.state === 'damaged') throw damagedImage(recipe.name, read.reason);
  return read?.image;
}

async function build(
  context: BuildContext,
  recipe: Recipe,
  callbacks: BuildCallbacks,
  options: BuildOptions,
): Promise<CachedImage> {
  const { name } = recipe;
  const start = hostClock.nowNs();
  const apt = await prepare(context, recipe, options);
  callbacks.note(
    `image ${name}: building it from ${apt.mirror} (Debian ${recipe.suite}), which takes ${durationOf(recipe)}`,
  );
  return inBuildFolder(context.cleanup, async (folder) => {
    await sweepTemporaries(context.runner);
    const description = await fill(folder, { context, recipe, callbacks, apt });
    writeManifest(folder, { recipe, image: description });
    const image = await putInPlace(folder, recipe, options.rebuild === true);
    await removeSuperseded(recipe, callbacks);
    callbacks.note(
      `image ${name}: built in ${formatMs(msSince(start))}, sha256 ${description.digest.slice(0, 12)}`,
    );
    return image;
  });
}

/** Programs of another architecture set their packages up emulated. */
function durationOf({ architecture }: Recipe): string {
  return architecture === undefined ? 'a minute or less' : 'some ten minutes';
}

async function prepare(context: BuildContext, recipe: Recipe, options: BuildOptions): Promise<AptAccess> {
  try {
    if (recipe.architecture !== undefined) {
      requireUserEmulation(recipe.architecture);
      findTool('arch-test');
    }
    for (const [tool, question] of tools) await context.runner.run(tool, [question], { allowFailure: true });
    return await readAptAccess(context.runner, options);
  } catch (error) {
    throw stageError(recipe.name, 'bootstrap', error);
  }
}

interface Work {
  context: BuildContext;
  recipe: Recipe;
  callbacks: BuildCallbacks;
  apt: AptAccess;
}

/** Makes the disk file, the kernel and the initrd in the folder, and nothing else stays in it. */
async function fill(folder: string, work: Work): Promise<ImageDescription> {
  const { context, recipe, callbacks, apt } = work;
  const tree = join(folder, 'tree');
  const disk = join(folder, imageFiles.disk);
  const stage = <T>(name: Parameters<typeof runStage>[1], step: () => T | Promise<T>): Promise<T> =>
    runStage(recipe.name, name, callbacks, step);

  const release = await stage('bootstrap', () => bootstrapTree(tree, folder, work));
  const { added, packages } = await stage('settle', async () => {
    // Of what Debian's packages are, their own database is asked: a tree may have brought another.
    const installed = await readPackages(tree, context.runner);
    const isForeign = (recipe.trees ?? []).length > 0;
    // Setuid files of a tree are the host's root's, too: nobody else comes to them.
    if (isForeign) chmodSync(folder, 0o700);
    const changes = [
      ...adaptTree(tree, recipe),
      ...(await addUserTrees(tree, recipe, context.signal)),
      ...(recipe.agent ? adoptDefaultTarget(tree) : []),
      ...(await applyBootMode({ tree, isForeign }, recipe.boot, context)),
    ];
    return { added: changes, packages: installed };
  });
  const packed = await stage('pack', async () => {
    const kernel = await copyKernel(tree, join(folder, imageFiles.kernel), join(folder, imageFiles.initrd));
    for (const file of [imageFiles.kernel, imageFiles.initrd]) chmodSync(join(folder, file), 0o444);
    removeVolatileFiles(tree);
    const content = await contentDigest(tree, context.signal);
    const size = measureTree(tree);
    levelTimes(tree);
    const bytes = await packDisk(tree, disk, size, context);
    await removeTree(tree, context.runner);
    chmodSync(folder, 0o755);
    return { kernel, content, bytes, usedBytes: size.bytes };
  });
  const digest = await stage('digest', async () => {
    await flush(disk);
    return digestFile(disk, context.signal);
  });
  return {
    name: recipe.name,
    digest,
    contentDigest: packed.content,
    bytes: packed.bytes,
    usedBytes: packed.usedBytes,
    distribution: recipe.distribution,
    suite: recipe.suite,
    architecture: recipe.architecture ?? hostArchitecture(),
    kernel: packed.kernel,
    initSystem: initSystemOf(packages),
    boot: recipe.boot,
    builtAt: new Date().toISOString(),
    packages,
    added,
    recipe: describeRecipe(recipe, apt.mirror, release),
  };
}

/** One after the other: where two trees have the same file, the later one's stays. */
async function addUserTrees(tree: string, recipe: Recipe, signal: AbortSignal): Promise<string[]> {
  const added: string[] = [];
  for (const userTree of recipe.trees ?? []) added.push(await copyUserTree(userTree, tree, signal));
  return added;
}

/** The text of the archive's Release file, where mmdebstrap has left it. */
async function bootstrapTree(
  tree: string,
  folder: string,
  { context, recipe, callbacks, apt }: Work,
): Promise<string | undefined> {
  const temporaryFolder = join(folder, 'tmp');
  mkdirSync(temporaryFolder);
  const release = join(temporaryFolder, 'Release');
  const log: string[] = [];
  const onLine = (line: string): void => {
    log.push(line);
    callbacks.progress?.(`image ${recipe.name}: bootstrap: ${line.replace(/^I: /, '')}`);
  };
  try {
    await bootstrap(
      { recipe, apt, tree, release, temporaryFolder, signal: context.signal, onLine },
      context.runner,
    );
  } catch (error) {
    if (!context.signal.aborted) keepLog(recipe, log, callbacks);
    throw error;
  }
  const text = readIfThere(release);
  await removeTree(temporaryFolder, context.runner);
  return text;
}

function keepLog(recipe: Recipe, log: readonly string[], callbacks: BuildCallbacks): void {
  const file = join(cacheFolder(), 'failed-builds', `${recipe.name}.log`);
  try {
    mkdirSync(join(cacheFolder(), 'failed-builds'), { recursive: true });
    writeFileSync(file, `${buildCommand(recipe)}\n${log.join('\n')}\n`);
    callbacks.note(`image ${recipe.name}: the log of the failed build is ${file}`);
  } catch {
    // A full disk must not hide the failure that the log is about.
  }
}

/** The image appears whole, in one step. Where another process was faster, its image is as good. */
async function putInPlace(folder: string, recipe: Recipe, replace: boolean): Promise<CachedImage> {
  const place = imageFolder(recipeId(recipe));
  if (replace && readImage(place) !== undefined) await removeImageFolder(place, recipe.name);
  await rename(folder, place).catch((error: unknown) => {
    if (errnoOf(error) !== 'ENOTEMPTY' && errnoOf(error) !== 'EEXIST') throw error;
  });
  const image = cachedImage(recipe);
  if (image === undefined)
    throw runError('image-build-failed', `image ${recipe.name} vanished from ${place}`);
  return image;
}

/** A name means one image: those that an earlier twinboot or other options made under it go, unless they are in use. */
async function removeSuperseded(recipe: Recipe, callbacks: BuildCallbacks): Promise<void> {
  const current = recipeId(recipe);
  for (const { id } of listImages().filter(({ name, id }) => name === recipe.name && id !== current)) {
    try {
      await removeImageFolder(imageFolder(id), recipe.name);
    } catch {
      callbacks.note(`image ${recipe.name}: the one before it (${id}) is in use and stays for now`);
    }
  }
}
