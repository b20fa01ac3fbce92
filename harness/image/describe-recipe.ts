import { pairUp } from '../../core/group-by.ts';
import { recordedCommandLine, withoutCredentials } from '../../core/recorded-words.ts';
import type { ImageRecipe } from '../../results/record.ts';
import { field, installedPackages } from '../host/dpkg.ts';
import { buildWords, type Recipe } from './recipe.ts';

/** Debian's packages of what decides how an image comes out. */
const TOOLS = ['mmdebstrap', 'e2fsprogs', 'apt', 'dpkg'];

/** How an image was built, for the record. `release`: the archive's Release file (Debian's RepositoryFormat). */
export function describeRecipe(
  recipe: Recipe,
  mirror: string,
  release: string | undefined,
  installed = installedPackages(),
): ImageRecipe {
  const published = Date.parse(field(release ?? '', 'Date') ?? '');
  const archiveVersion = field(release ?? '', 'Version');
  return {
    command: recordedCommandLine(buildWords(recipe)),
    variant: recipe.variant,
    packages: recipe.packages,
    mirror: withoutCredentials(mirror),
    ...(Number.isNaN(published) ? {} : { archiveDate: new Date(published).toISOString() }),
    ...(archiveVersion === undefined ? {} : { archiveVersion }),
    tools: Object.fromEntries(TOOLS.flatMap((name) => pairUp(name, installed.get(name)))),
    missing: [
      ...(Number.isNaN(published) ? [{ fact: 'archive date', reason: 'its Release file was not kept' }] : []),
      ...TOOLS.filter((name) => !installed.has(name)).map((name) => ({
        fact: `version of ${name}`,
        reason: 'it is no installed Debian package of the build host',
      })),
    ],
  };
}
