import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { requireTrustedFolder } from '../../../harness/process/trusted-folder.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'twinboot-test-'));
  mkdirSync(join(folder, 'state'), { mode: 0o700 });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const root = { uid: 0, env: {} };
const check = (path: string, caller: { uid?: number; env: NodeJS.ProcessEnv } = root) =>
  requireTrustedFolder(join(folder, path), 'the images', caller);

/** Only root can give a folder away. */
const isRoot = process.getuid?.() === 0;

describe.skipIf(!isRoot)('for root (skipped for others: only root can give a folder away)', () => {
  it("a folder is trusted that is root's own, below a sticky one", () => {
    expect(() => check('state')).not.toThrow();
    expect(() => check('state/not/yet/there')).not.toThrow();
  });

  it.each([
    ['may be written to by everybody (mode 777)', () => chmodSync(join(folder, 'state'), 0o777)],
    ['belongs to user 65534', () => chownSync(join(folder, 'state'), 65534, 65534)],
    [
      'may be written to by group 100 (mode 770)',
      () => {
        chownSync(join(folder, 'state'), 0, 100);
        chmodSync(join(folder, 'state'), 0o770);
      },
    ],
  ])('a folder is refused that %s', (words, change) => {
    change();
    expect(() => check('state')).toThrow(
      expect.objectContaining({
        code: 'folder-not-trusted',
        kind: 'host',
        message: `the images would be in ${folder}/state, and ${folder}/state ${words}`,
      }),
    );
    expect(() => check('state/images')).toThrow(expect.objectContaining({ code: 'folder-not-trusted' }));
  });

  it('a folder is refused that lies in one of somebody else, also by a link', () => {
    mkdirSync(join(folder, 'theirs/state'), { recursive: true });
    chownSync(join(folder, 'theirs'), 65534, 65534);
    symlinkSync('theirs/state', join(folder, 'link'));
    for (const path of ['theirs/state', 'link']) {
      expect(() => check(path)).toThrow(`${folder}/theirs belongs to user 65534`);
    }
  });

  it('what belongs to the person who called sudo is trusted: that person is root already', () => {
    chownSync(join(folder, 'state'), 1000, 1000);
    chmodSync(join(folder, 'state'), 0o775);
    expect(() => check('state')).toThrow('belongs to user 1000');
    expect(() => check('state', { uid: 0, env: { SUDO_UID: '1000', SUDO_GID: '1000' } })).not.toThrow();
  });
});

it('an ordinary user may use any folder: what lies there can do no more than that user', () => {
  chmodSync(join(folder, 'state'), 0o777);
  expect(() => check('state', { uid: 1000, env: {} })).not.toThrow();
});
