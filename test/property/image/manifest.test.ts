import { describe, expect } from 'vitest';
import { parseManifest, type Manifest } from '../../../harness/image/manifest.ts';
import { recipeFor } from '../../../harness/image/recipe.ts';
import { image } from '../../fixtures/records/environment.ts';
import { broken, drawn, holds, oddText, staysQuick, same } from '../../support/property.ts';

const whole: Manifest = {
  schema: 'twinboot.image/1',
  recipe: recipeFor({}, 'x64'),
  image: { ...image(), packages: image().packages.slice(0, 2) },
  disk: { bytes: 1000, modifiedMs: 1.5 },
};

describe('image.json', () => {
  const text = JSON.stringify(whole);
  const spoiled = drawn((draw) => (draw.chance(0.7) ? broken(draw, text) : oddText(draw)));

  holds('is a manifest, or in words what is wrong with it', spoiled, (said) => {
    const found = parseManifest(said);
    if (typeof found === 'string') expect(found).toMatch(/^image\.json/);
    else same(found.schema, 'twinboot.image/1');
  });

  staysQuick('text', ['{"schema":', '[', '{"recipe":{"packages":["'], parseManifest);
});
