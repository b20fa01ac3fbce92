import { readFileSync, statSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeUmlOverlay, umlOverlayBytes } from '../../../harness/runtimes/uml-overlay.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

describe('the copy-on-write file of User-Mode Linux', () => {
  it('is what linux.uml 6.1.176 makes itself, captured', async () => {
    const folder = temporaryFolder();
    const disk = join(folder, 'disk');
    writeFileSync(disk, '');
    truncateSync(disk, 3_000_320);
    utimesSync(disk, 1_700_000_000, 1_700_000_000);

    const overlay = join(folder, 'overlay');
    expect(await makeUmlOverlay(overlay, disk)).toEqual({ bytes: 3_012_608 });

    const made = readFileSync(overlay);
    expect(made.toString('hex', 0, 32)).toBe(
      '4f4f4f4d00000003' + '6553f100' + '00000000002dc800' + '0000020000001000' + '00000000',
    );
    expect(made.toString('latin1', 32, 32 + disk.length + 1)).toBe(`${disk}\0`);
    expect(made).toHaveLength(3_012_608);
    // What is not written takes no room: the header alone does.
    expect(statSync(overlay).blocks * 512).toBeLessThanOrEqual(12_288);
  });

  it('is bounded by the disk: it has room for every sector once', () => {
    const [disk, twice] = [500 * 1024 * 1024, 1000 * 1024 * 1024];
    expect(umlOverlayBytes(disk) / disk).toBeCloseTo(1, 3);
    expect(umlOverlayBytes(twice)).toBeGreaterThan(2 * umlOverlayBytes(disk) - 16_384);
  });

  it('does not replace a file that is there', async () => {
    const folder = temporaryFolder();
    for (const name of ['disk', 'overlay']) writeFileSync(join(folder, name), '');
    await expect(makeUmlOverlay(join(folder, 'overlay'), join(folder, 'disk'))).rejects.toThrow('EEXIST');
  });
});
