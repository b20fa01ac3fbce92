import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { errnoOf, messageOf } from '../../core/error.ts';
import { imageSchema } from '../../results/record.ts';
import { imageFiles, type CachedImage } from './cache.ts';
import { recipeSchema, type Recipe } from './recipe.ts';

/** `image.json`: what an image's folder says about itself. It is written last, into a folder that has no name yet. */
const manifestSchema = z.object({
  schema: z.literal('twinboot.image/1'),
  recipe: recipeSchema,
  image: imageSchema,
  disk: z.object({
    bytes: z.int(),
    /** When the disk file was last written, ms since the epoch. */
    modifiedMs: z.number(),
  }),
});
export type Manifest = z.infer<typeof manifestSchema>;

/** A folder of the cache: a whole image, or what is wrong with it. */
export type ImageState =
  | { state: 'ready'; image: CachedImage; recipe: Recipe }
  | { state: 'damaged'; folder: string; name: string | undefined; reason: string };

export function writeManifest(folder: string, content: Pick<Manifest, 'recipe' | 'image'>): void {
  const { size, mtimeMs } = statSync(join(folder, imageFiles.disk));
  const manifest: Manifest = {
    schema: 'twinboot.image/1',
    ...content,
    disk: { bytes: size, modifiedMs: mtimeMs },
  };
  writeFileSync(join(folder, imageFiles.manifest), `${JSON.stringify(manifest, undefined, 2)}\n`);
}

/**
 * Reads an image's folder and looks whether its files are there and as they were written. The disk's content is not
 * read: only its size and the time of its last change are compared. `undefined` where there is no such folder.
 */
export function readImage(folder: string): ImageState | undefined {
  const damaged = (reason: string, name?: string): ImageState => ({ state: 'damaged', folder, name, reason });
  let text: string;
  try {
    text = readFileSync(join(folder, imageFiles.manifest), 'utf8');
  } catch (error) {
    if (isMissing(folder)) return undefined;
    return damaged(errnoOf(error) === 'ENOENT' ? 'image.json is missing' : messageOf(error));
  }
  const parsed = parseManifest(text);
  if (typeof parsed === 'string') return damaged(parsed);
  const wrong = checkFiles(folder, parsed);
  if (wrong !== undefined) return damaged(wrong, parsed.image.name);
  return { state: 'ready', image: imageAt(folder, parsed), recipe: parsed.recipe };
}

function imageAt(folder: string, manifest: Manifest): CachedImage {
  return {
    description: manifest.image,
    folder,
    disk: join(folder, imageFiles.disk),
    kernel: join(folder, imageFiles.kernel),
    initrd: join(folder, imageFiles.initrd),
  };
}

export function parseManifest(text: string): Manifest | string {
  try {
    const parsed = manifestSchema.safeParse(JSON.parse(text));
    if (parsed.success) return parsed.data;
    const [issue] = parsed.error.issues;
    return `image.json: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not as expected'}`;
  } catch (error) {
    return `image.json is no JSON: ${messageOf(error)}`;
  }
}

function checkFiles(folder: string, manifest: Manifest): string | undefined {
  const missing = [imageFiles.disk, imageFiles.kernel, imageFiles.initrd].find((name) =>
    isMissing(join(folder, name)),
  );
  if (missing !== undefined) return `${missing} is missing`;
  const { size, mtimeMs } = statSync(join(folder, imageFiles.disk));
  if (size !== manifest.disk.bytes)
    return `${imageFiles.disk} has ${size} bytes instead of ${manifest.disk.bytes}`;
  if (mtimeMs !== manifest.disk.modifiedMs) return `${imageFiles.disk} was written to after it was built`;
  return undefined;
}

function isMissing(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) === undefined;
}
