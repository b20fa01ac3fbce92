import { existsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createFolders } from '../../../results/create-folders.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

describe('createFolders', () => {
  it('makes a folder and those above it, and leaves one that is there', async () => {
    const folder = join(temporaryFolder(), 'a/b/c');
    await createFolders(folder);
    await createFolders(folder);
    expect(statSync(folder).isDirectory()).toBe(true);
  });

  it.each(['file', 'file/below'])('says that a file is in the way of %s', async (name) => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'file'), '');
    await expect(createFolders(join(folder, name))).rejects.toThrow(/EEXIST|ENOTDIR/);
  });

  // Node's own mkdir with `recursive` goes round in circles there and takes a CPU, for ever.
  it('comes to an end where the kernel has no folders to make', async ({ skip }) => {
    skip(!existsSync('/proc/self'), 'this system has no /proc');
    await expect(createFolders('/proc/twinboot/a')).rejects.toThrow('ENOENT');
  });
});
