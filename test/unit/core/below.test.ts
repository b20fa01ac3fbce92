import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openFileBelow, openFolderBelow, requireNoLinks } from '../../../core/below.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'twinboot-test-'));
  mkdirSync(join(folder, 'tree/etc'), { recursive: true });
  mkdirSync(join(folder, 'outside'));
  writeFileSync(join(folder, 'outside/secret'), 'of the host');
  writeFileSync(join(folder, 'tree/etc/file'), 'of the tree');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const tree = (): string => join(folder, 'tree');

describe('below a folder', () => {
  it('files are read and folders made', () => {
    const file = openFileBelow(tree(), 'etc/file');
    expect(readFileSync(file, 'utf8')).toBe('of the tree');
    closeSync(file);
    const made = openFolderBelow(tree(), 'var/lib/new', { make: 0o755 });
    writeFileSync(join(made.path, 'file'), 'new');
    made.close();
    expect(readFileSync(join(tree(), 'var/lib/new/file'), 'utf8')).toBe('new');
  });

  it('no link is followed, neither at the end of a path nor on the way', () => {
    symlinkSync(join(folder, 'outside'), join(tree(), 'folder'));
    symlinkSync('../../outside/secret', join(tree(), 'etc/link'));
    symlinkSync('nowhere', join(tree(), 'dangling'));
    const refused: unknown = expect.objectContaining({ code: 'link-in-the-way', kind: 'usage' });
    expect(() => openFileBelow(tree(), 'folder/secret')).toThrow(refused);
    expect(() => openFileBelow(tree(), 'etc/link')).toThrow(refused);
    expect(() => openFolderBelow(tree(), 'folder', { make: 0o755 })).toThrow(refused);
    expect(() => openFolderBelow(tree(), 'dangling/new', { make: 0o755 })).toThrow(refused);
    expect(() => requireNoLinks(tree(), 'etc/link')).toThrow(refused);
  });

  it('a path cannot lead out', () => {
    for (const path of ['../outside/secret', 'etc/../../outside/secret', '/etc/passwd']) {
      expect(() => openFileBelow(tree(), path)).toThrow(
        expect.objectContaining({ code: 'path-leaves-folder' }),
      );
    }
  });

  it('what is held open stays the same, whatever comes in its place', () => {
    const etc = openFolderBelow(tree(), 'etc');
    renameSync(join(tree(), 'etc'), join(tree(), 'etc.old'));
    symlinkSync(join(folder, 'outside'), join(tree(), 'etc'));
    expect(readFileSync(join(etc.path, 'file'), 'utf8')).toBe('of the tree');
    etc.close();
  });

  it('what is missing has no links', () => {
    expect(() => requireNoLinks(tree(), 'not/there')).not.toThrow();
    expect(() => requireNoLinks(join(folder, 'gone'), 'file')).not.toThrow();
    expect(() => requireNoLinks(tree(), 'etc/file')).not.toThrow();
  });
});
