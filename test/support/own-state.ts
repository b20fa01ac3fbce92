import { join } from 'node:path';
import { afterEach, beforeEach, vi } from 'vitest';
import { temporaryFolder } from './temporary-folder.ts';

/**
 * A folder for each test of the file, in which twinboot also keeps its state; what a test stubs of the environment
 * goes.
 */
export function ownState(): { readonly folder: string } {
  let folder = '';
  beforeEach(() => {
    folder = temporaryFolder();
    vi.stubEnv('TWINBOOT_STATE_DIR', join(folder, 'state'));
  });
  afterEach(() => void vi.unstubAllEnvs());
  return {
    get folder() {
      return folder;
    },
  };
}
