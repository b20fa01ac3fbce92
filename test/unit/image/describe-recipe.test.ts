import { describe, expect, it } from 'vitest';
import { describeRecipe } from '../../../harness/image/describe-recipe.ts';
import { recipeFor } from '../../../harness/image/recipe.ts';
import { imageRecipeSchema, type ImageDescription } from '../../../results/record.ts';
import { snapshotUrl } from '../../../results/image-source.ts';

const RELEASE = 'Origin: Debian\nSuite: stable\nVersion: 13.2\nDate: Sat, 15 Nov 2025 11:02:33 UTC\n';
const installed = new Map([
  ['mmdebstrap', '1.5.6-1'],
  ['e2fsprogs', '1.47.2-3'],
  ['apt', '3.0.3'],
]);

describe('how an image was built', () => {
  const recipe = describeRecipe(
    recipeFor({ name: 'mine', include: ['nginx'] }, 'x64'),
    'http://ada:pass@deb.example/debian',
    RELEASE,
    installed,
  );

  it('is told with the archive that its packages came from', () => {
    expect(recipe).toEqual({
      command: 'twinboot image build mine --include nginx',
      variant: 'minbase',
      packages: expect.arrayContaining(['nginx', 'systemd']) as string[],
      mirror: 'http://deb.example/debian',
      archiveDate: '2025-11-15T11:02:33.000Z',
      archiveVersion: '13.2',
      tools: { mmdebstrap: '1.5.6-1', e2fsprogs: '1.47.2-3', apt: '3.0.3' },
      missing: [{ fact: 'version of dpkg', reason: 'it is no installed Debian package of the build host' }],
    });
    expect(imageRecipeSchema.parse(recipe)).toEqual(recipe);
  });

  it('leads to the snapshot of that archive', () => {
    const image = { distribution: 'debian', recipe } as ImageDescription;
    expect(snapshotUrl(image)).toBe('https://snapshot.debian.org/archive/debian/20251115T170233Z');
    expect(snapshotUrl({ ...image, distribution: 'none' })).toBeUndefined();
  });

  it('says so where the archive does not say when it was published', () => {
    const { missing, archiveDate } = describeRecipe(
      recipeFor({}, 'x64'),
      'http://a/debian',
      undefined,
      installed,
    );
    expect(archiveDate).toBeUndefined();
    expect(missing[0]).toEqual({ fact: 'archive date', reason: 'its Release file was not kept' });
  });
});
