import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findCommand, searchFolders } from '../../../harness/process/search-path.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'twinboot-test-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('searchFolders', () => {
  it('are PATH’s, then the system’s that an ordinary user’s PATH lacks', () => {
    const folders = searchFolders({ PATH: '/opt/bin:/usr/bin' });
    expect(folders.slice(0, 2)).toEqual(['/opt/bin', '/usr/bin']);
    expect(folders).toContain('/usr/sbin');
    expect(new Set(folders).size).toBe(folders.length);
  });

  it('are the system’s without a PATH', () => {
    expect(searchFolders({})).toContain('/usr/bin');
  });
});

describe('findCommand', () => {
  it('passes over what cannot be run', () => {
    mkdirSync(join(folder, 'one', 'tool'), { recursive: true });
    mkdirSync(join(folder, 'two'));
    mkdirSync(join(folder, 'three'));
    writeFileSync(join(folder, 'two', 'tool'), '');
    writeFileSync(join(folder, 'three', 'tool'), '');
    chmodSync(join(folder, 'three', 'tool'), 0o755);
    const folders = ['none', 'one', 'two', 'three'].map((name) => join(folder, name));
    // Root may do everything but run a file that nobody may run.
    expect(findCommand('tool', folders)).toBe(join(folder, 'three', 'tool'));
    expect(findCommand('other', folders)).toBeUndefined();
  });
});
