import { existsSync, mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import watchLeftovers from '../../support/leftovers.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

afterEach(() => vi.unstubAllEnvs());

describe('the watch over what tests leave behind', () => {
  it('gives them a folder of their own, and takes it away', () => {
    const outside = temporaryFolder();
    vi.stubEnv('TMPDIR', outside);
    const end = watchLeftovers();
    const own = tmpdir();
    expect(own.startsWith(join(outside, 'twinboot-tests-'))).toBe(true);
    end();
    expect(existsSync(own)).toBe(false);
    expect(tmpdir()).toBe(outside);
  });

  it('fails by the name of what is still there, and takes it away all the same', () => {
    vi.stubEnv('TMPDIR', temporaryFolder());
    const end = watchLeftovers();
    mkdirSync(join(tmpdir(), 'of-another-program'));
    const left = mkdtempSync(join(tmpdir(), 'twinboot-test-'));
    const before = process.exitCode;
    expect(end).toThrow(/^tests left 1 behind .*: twinboot-test-\w{6}$/);
    expect(process.exitCode).toBe(1);
    process.exitCode = before;
    expect(existsSync(left)).toBe(false);
  });
});
