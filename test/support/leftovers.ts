import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Gives the tests of this run a folder of their own for what is temporary, and fails when they are done and something
 * of twinboot's is still in it. Vitest calls it before all tests, and what it returns after them.
 */
export default function watchLeftovers(): () => void {
  const before = process.env.TMPDIR;
  const folder = mkdtempSync(join(tmpdir(), 'twinboot-tests-'));
  // Programs that tests call may work as another user, as apt does.
  chmodSync(folder, 0o1777);
  process.env.TMPDIR = folder;
  return () => {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
    const left = readdirSync(folder).filter((name) => name.startsWith('twinboot-'));
    rmSync(folder, { recursive: true, force: true });
    if (left.length === 0) return;
    // Vitest prints what is thrown here, and would end with 0 all the same.
    process.exitCode = 1;
    throw new Error(
      `tests left ${left.length} behind (test/support/temporary-folder.ts): ${left.join(', ')}`,
    );
  };
}
