import { hostError, usageError } from '../../core/error.ts';
import type { BootMode } from '../../results/record.ts';
import { buildImage, cachedImage, type BuildContext } from './build.ts';
import type { CachedImage } from './cache.ts';
import { findImage, imagesNamed, unknownImage } from './catalogue.ts';
import { DEFAULT_SUITE, buildCommand, plainName, plainRecipe, type Recipe } from './recipe.ts';
import type { BuildCallbacks } from './stages.ts';

export interface ImageRequest extends BuildCallbacks {
  /** The plain image of Debian stable without it. */
  name?: string | undefined;
  /** The mode that is asked for; the image's own without it. */
  boot?: BootMode | undefined;
}

/**
 * The image that a run boots. A cached one takes neither network nor root; of the images that are not cached, only
 * plain ones (`trixie`, `trixie-first`, …) are built here, since only their names say how.
 * Errors: `unknown-image`, `wrong-boot-mode` (usage), `image-damaged`, `image-outdated` (host), and those of a build.
 */
export async function resolveImage(context: BuildContext, request: ImageRequest): Promise<CachedImage> {
  const name = nameFor(request);
  const recipe = plainRecipe(name);
  const image = recipe === undefined ? customImage(name) : cachedImage(recipe);
  if (image !== undefined) {
    requireBootMode(image, request.boot);
    request.note(cachedNote(image));
    return image;
  }
  if (recipe === undefined) throw unknownImage(name);
  if (imagesNamed(name).length > 0)
    request.note(`image ${name}: the cached one was made by another twinboot`);
  return buildImage(context, recipe, request);
}

/** `image trixie: cached since 2026-11-22 18:30 UTC, settled, sha256 9c1185a5c5e9`. */
export function cachedNote({ description }: CachedImage): string {
  const since = `${description.builtAt.slice(0, 16).replace('T', ' ')} UTC`;
  return `image ${description.name}: cached since ${since}, ${description.boot}, sha256 ${description.digest.slice(0, 12)}`;
}

/** `trixie` with `first` is `trixie-first`; a name that says its mode already is left as it is. */
function nameFor({ name = DEFAULT_SUITE, boot }: ImageRequest): string {
  const plain = plainRecipe(name);
  if (plain === undefined || boot === undefined || plain.boot === boot) return name;
  if (plain.boot === 'first')
    throw wrongBootMode(plain.name, plain.boot, boot, plainName({ ...plain, boot }));
  return plainName({ ...plain, boot });
}

function customImage(name: string): CachedImage {
  const { image, recipe, outdated } = findImage(name);
  if (outdated) throw outdatedImage(recipe);
  return image;
}

function requireBootMode({ description }: CachedImage, boot: BootMode | undefined): void {
  if (boot === undefined || description.boot === boot) return;
  throw wrongBootMode(description.name, description.boot, boot);
}

function wrongBootMode(name: string, is: BootMode, wanted: BootMode, instead?: string): Error {
  return usageError('wrong-boot-mode', `image ${name} is made for boot mode "${is}", not "${wanted}"`, {
    hint: instead === undefined ? `build another one with --boot ${wanted}` : `use the image ${instead}`,
  });
}

function outdatedImage(recipe: Recipe): Error {
  return hostError(
    'image-outdated',
    `image ${recipe.name} was built by another twinboot, with another agent in it`,
    { hint: `build it anew with: ${buildCommand(recipe)}` },
  );
}
