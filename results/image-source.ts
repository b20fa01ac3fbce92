import type { ImageDescription } from './record.ts';

/**
 * The state of Debian's archive that an image was built from, as snapshot.debian.org keeps it: its archive at a time is
 * the last one published before. `undefined` where the image's archive is not known.
 */
export function snapshotUrl({ distribution, recipe }: ImageDescription): string | undefined {
  if (distribution !== 'debian' || recipe?.archiveDate === undefined) return undefined;
  // A mirror is imported within hours of its publication.
  const asked = new Date(Date.parse(recipe.archiveDate) + IMPORT_MS);
  const stamp = asked
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
    .replace(/[-:]/g, '');
  return `https://snapshot.debian.org/archive/debian/${stamp}`;
}

const IMPORT_MS = 6 * 3600 * 1000;
