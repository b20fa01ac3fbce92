import { createHash } from 'node:crypto';
import { readdirSync, rmSync } from 'node:fs';
import { chmod, rename } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { flush } from './pack.ts';

/**
 * Where a file lies that is made of an image, beside the image's own: `disk-bios-1f2e3d4c.raw`. Another recipe is
 * another file: one that an earlier twinboot made is not mistaken for this one's.
 */
export function derivedPath(folder: string, name: string, recipe: string, ending = ''): string {
  const id = createHash('sha256').update(recipe).digest('hex').slice(0, 8);
  return join(folder, `${name}-${id}${ending}`);
}

/** Puts the finished file at its `derivedPath`, to be read by all and written by none; those of other recipes go. */
export async function keepDerived(draft: string, path: string): Promise<void> {
  await flush(draft);
  await chmod(draft, 0o444);
  await rename(draft, path);
  const prefix = basename(path).slice(0, basename(path).lastIndexOf('-') + 1);
  for (const name of readdirSync(dirname(path))) {
    // Whoever boots from it has it open: its blocks go with its last user.
    if (name.startsWith(prefix) && name !== basename(path)) rmSync(join(dirname(path), name));
  }
}
