import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

const made: string[] = [];

/**
 * A new folder, gone when the tests of the file have ended. It may be made anywhere: in a test, a hook, or outside
 * both.
 */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'twinboot-test-'));
  made.push(folder);
  return folder;
}

// Each test file loads this module anew, so that the hook is that file's.
afterAll(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
});
