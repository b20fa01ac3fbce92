import type { RunRecord, RuntimeDescription } from '../../results/record.ts';
import type { CachedImage } from '../image/cache.ts';
import { plainRecipe } from '../image/recipe.ts';
import type { RuntimeSpec } from '../runtimes/spec.ts';

/** Whether root of an instance is somebody else than root of the host. */
function givesBoundary({ kernel, userNamespace }: NonNullable<RuntimeDescription['isolation']>): boolean {
  return kernel === 'own' || userNamespace === true;
}

/** One line for each runtime that would hand the host to an image that twinboot has not made alone; before it boots. */
export function boundaryWarnings(
  { description: image }: Pick<CachedImage, 'description'>,
  runtimes: readonly Pick<RuntimeDescription, 'id' | 'isolation'>[],
  specs: readonly Pick<RuntimeSpec, 'id' | 'runtime'>[],
): RunRecord['warnings'] {
  if (plainRecipe(image.name) !== undefined) return [];
  return runtimes.flatMap(({ id, isolation }) => {
    if (isolation === undefined || givesBoundary(isolation)) return [];
    const options = specs.find((spec) => spec.id === id)?.runtime.options.shape ?? {};
    const instead = 'userns' in options ? '; its option userns=on gives one' : '';
    return [
      {
        code: 'no-boundary',
        message: `${id} gives no boundary: root of the image ${image.name} can become root of this host${instead}`,
      },
    ];
  });
}
