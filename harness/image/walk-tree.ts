import { lstatSync, readdirSync, type Stats } from 'node:fs';
import { join } from 'node:path';

/** Something in a tree. */
export interface TreeEntry {
  /** In the tree, from `/`. */
  path: string;
  /** On the host. */
  place: string;
  stats: Stats;
}

/** All of a tree, its root first, each folder before what is in it, by name. Follows no link. */
export function* entriesOf(tree: string, path = '/'): Generator<TreeEntry> {
  const place = join(tree, path);
  const stats = lstatSync(place);
  yield { path, place, stats };
  if (stats.isDirectory())
    for (const name of readdirSync(place).sort()) yield* entriesOf(tree, join(path, name));
}
