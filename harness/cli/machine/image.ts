import { Option, type Command } from '@commander-js/extra-typings';
import { architectures } from '../../../core/architecture.ts';
import { usageError } from '../../../core/error.ts';
import { jsonText } from '../../../core/text.ts';
import { bootModeSchema } from '../../../results/record.ts';
import { buildImage, cachedImage } from '../../image/build.ts';
import { cacheFolder } from '../../../core/cache-folder.ts';
import { damagedImage, findImage, listImages, removeImage } from '../../image/catalogue.ts';
import { digestFile } from '../../image/pack.ts';
import { DEFAULT_SUITE, recipeFor, type Recipe } from '../../image/recipe.ts';
import { cachedNote } from '../../image/resolve.ts';
import { readUserTree, type UserTree } from '../../image/user-tree.ts';
import { collect } from '../arguments.ts';
import { imageList, imagePage } from './image-text.ts';
import type { Io } from '../io.ts';
import { withHost } from './session.ts';

/** `twinboot image build|list|show|rm`: the images that are booted, and the cache they lie in. */
export function addImageCommand(program: Command, io: Io): void {
  const image = program
    .command('image')
    .description('Build, list, show and remove the images that are booted');
  addBuild(image, io);
  addList(image, io);
  addShow(image, io);
  addRemove(image, io);
}

interface BuildFlags {
  suite?: string;
  include?: string;
  tree: string[];
  boot?: Recipe['boot'];
  arch?: string;
  mirror?: string;
  withoutAgent?: true;
  rebuild?: true;
}

function addBuild(parent: Command, io: Io): void {
  parent
    .command('build')
    .description('Build an image, unless the cache has it')
    .argument('[name]', `what to call it; plain images are called after their suite (${DEFAULT_SUITE})`)
    .option('--suite <suite>', `Debian suite (default: ${DEFAULT_SUITE})`)
    .option('--arch <architecture>', `${architectures.join(', ')} (default: this host's)`)
    .option('--include <packages>', 'more packages, separated by commas')
    .option('--tree <folder>', 'lay its files over the image (may be repeated)', collect, [])
    .addOption(
      new Option('--boot <mode>', 'first-boot work done now, or at every boot (default: settled)').choices(
        bootModeSchema.options,
      ),
    )
    .option('--mirror <url>', "Debian mirror (default: the one this host's apt uses)")
    .option('--without-agent', "only for measuring the agent's own influence")
    .option('--rebuild', 'build it although the cache has it')
    .action((name, flags) => build(name, flags, io));
}

async function build(name: string | undefined, flags: BuildFlags, io: Io): Promise<void> {
  const recipe = recipeFor({
    name,
    suite: flags.suite,
    include: flags.include?.split(',').map((word) => word.trim()),
    boot: flags.boot,
    architecture: flags.arch,
    agent: flags.withoutAgent === undefined ? undefined : false,
    trees: await readTrees(flags.tree, io.signal),
  });
  const mirror = flags.mirror === undefined ? undefined : checkedMirror(flags.mirror);
  const cached = flags.rebuild === true ? undefined : cachedImage(recipe);
  if (cached !== undefined) {
    io.note(cachedNote(cached));
    return;
  }
  const callbacks = {
    note: (message: string) => io.note(message),
    progress: (line: string) => io.status(line),
  };
  await withHost(io, `image build ${recipe.name}`, (context) =>
    buildImage(context, recipe, callbacks, { mirror, rebuild: flags.rebuild }),
  );
}

async function readTrees(folders: readonly string[], signal: AbortSignal): Promise<UserTree[]> {
  const trees: UserTree[] = [];
  for (const folder of folders) trees.push(await readUserTree(folder, signal));
  return trees;
}

function addList(parent: Command, io: Io): void {
  parent
    .command('list')
    .description('List the cached images')
    .option('--json', 'machine-readable')
    .action(({ json }) => {
      const images = listImages();
      if (json === true) io.out(jsonText(images, 2));
      else if (images.length === 0) io.note(`no images in ${cacheFolder()}; twinboot image build makes one`);
      else io.out(imageList(images));
    });
}

interface ShowFlags {
  json?: true;
  packages?: true;
  verify?: true;
}

function addShow(parent: Command, io: Io): void {
  parent
    .command('show')
    .description('Show digest, packages, kernel, size, and what was added to the distribution')
    .argument('[name]', 'which image', DEFAULT_SUITE)
    .option('--packages', 'list the packages')
    .option('--verify', 'compute the digest anew and compare')
    .option('--json', 'machine-readable')
    .action((name, flags) => show(name, flags, io));
}

async function show(name: string, flags: ShowFlags, io: Io): Promise<void> {
  const listed = findImage(name);
  if (flags.verify === true) {
    const { disk, description } = listed.image;
    const digest = await digestFile(disk, io.signal);
    if (digest !== description.digest) {
      throw damagedImage(
        name,
        `sha256 of ${disk} is ${digest}, and was ${description.digest} when it was built`,
      );
    }
    io.note(`image ${description.name}: the disk file still has its digest`);
  }
  if (flags.json === true) io.out(jsonText(listed, 2));
  else io.out(imagePage(listed, { packages: flags.packages === true }));
}

function addRemove(parent: Command, io: Io): void {
  parent
    .command('rm')
    .description('Remove images from the cache')
    .argument('[names...]', 'which images')
    .option('--all', 'every image')
    .action(async (names, { all }) => {
      if (all !== true && names.length === 0) {
        throw usageError('no-image-named', 'no image was named', {
          hint: 'twinboot image rm NAME, or --all',
        });
      }
      const chosen = all === true ? listImages().map(({ id }) => id) : [...new Set(names)];
      let removed = 0;
      for (const name of chosen) removed += await removeImage(name);
      io.note(`${removed} ${removed === 1 ? 'image' : 'images'} removed`);
    });
}

function checkedMirror(mirror: string): string {
  if (URL.canParse(mirror) && ['http:', 'https:'].includes(new URL(mirror).protocol)) return mirror;
  throw usageError('bad-mirror', `"${mirror}" is no mirror`, {
    hint: '--mirror http://deb.debian.org/debian',
  });
}
