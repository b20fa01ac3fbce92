import { existsSync, readdirSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { suggestion } from '../../core/suggest.ts';
import { hostError, usageError } from '../../core/error.ts';
import { imageFolder, imagesFolder, requireTrustedCache, type CachedImage } from './cache.ts';
import { readImage, type ImageState } from './manifest.ts';
import { plainRecipe, recipeId, type Recipe } from './recipe.ts';
import { removedPath } from './temporary.ts';
import { usersOf } from './users.ts';

/** An image of the cache with its id; `outdated`: this twinboot's recipe of that name gives another image. */
export type ListedImage = { id: string; name: string } & (
  | { state: 'ready'; image: CachedImage; recipe: Recipe; outdated: boolean }
  | { state: 'damaged'; folder: string; reason: string }
);

/** What the cache holds, by name. A damaged image is listed with what is wrong, under its id where it has no name. */
export function listImages(): ListedImage[] {
  const folder = imagesFolder();
  if (!existsSync(folder)) return [];
  requireTrustedCache();
  return readdirSync(folder)
    .filter((id) => !id.startsWith('.'))
    .flatMap((id) => listed(id, readImage(join(folder, id))))
    .sort((left, right) => left.name.localeCompare(right.name));
}

function listed(id: string, read: ImageState | undefined): ListedImage[] {
  if (read === undefined) return [];
  if (read.state === 'damaged') {
    return [{ id, name: read.name ?? id, state: 'damaged', folder: read.folder, reason: read.reason }];
  }
  const { image, recipe } = read;
  return [{ id, name: recipe.name, state: 'ready', image, recipe, outdated: recipeId(recipe) !== id }];
}

/**
 * The image of this name, the current one before an outdated one.
 * Errors: `unknown-image` (usage), with the nearest match and the list; `image-damaged` (host).
 */
export function findImage(name: string): Extract<ListedImage, { state: 'ready' }> {
  const matches = imagesNamed(name);
  const found = matches.find(isCurrent) ?? matches[0];
  if (found === undefined) throw unknownImage(name);
  if (found.state === 'damaged') throw damagedImage(name, found.reason);
  return found;
}

/**
 * Removes every image of this name (or id) from the cache and returns how many there were.
 * Errors: `unknown-image` (usage); `image-in-use` (host) where an instance still runs from it.
 */
export async function removeImage(name: string): Promise<number> {
  const matches = imagesNamed(name);
  if (matches.length === 0) throw unknownImage(name);
  for (const { id } of matches) await removeImageFolder(imageFolder(id), name);
  return matches.length;
}

/** Takes the image away in one step, then removes its files. Errors: `image-in-use` (host). */
export async function removeImageFolder(folder: string, name: string): Promise<void> {
  const users = usersOf(folder);
  if (users.length > 0) {
    throw hostError('image-in-use', `image ${name} is in use by ${users.join(', ')}`, {
      hint: 'end the run that uses it, or clear what a killed run left with: twinboot clean',
    });
  }
  const removed = removedPath();
  await rename(folder, removed);
  await rm(removed, { recursive: true, force: true });
}

/** Also a damaged default image, whose name can no longer be read but whose place is known. */
export function imagesNamed(name: string): ListedImage[] {
  const plain = plainRecipe(name);
  const place = plain === undefined ? undefined : recipeId(plain);
  return listImages().filter((image) => image.name === name || image.id === name || image.id === place);
}

function isCurrent(image: ListedImage): boolean {
  return image.state === 'damaged' || !image.outdated;
}

export function unknownImage(name: string): Error {
  const names = [...new Set(listImages().map((image) => image.name))];
  const known = names.length === 0 ? 'the cache is empty' : suggestion(name, names);
  return usageError('unknown-image', `there is no image "${name}" in ${imagesFolder()}`, {
    hint: `${known}; twinboot image build builds one`,
  });
}

export function damagedImage(name: string, reason: string): Error {
  return hostError('image-damaged', `image ${name} is damaged: ${reason}`, {
    hint: `remove it with: twinboot image rm ${name}`,
  });
}
