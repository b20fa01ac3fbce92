import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { copyUserTree, readUserTree } from '../../../harness/image/user-tree.ts';
import { layDebianTree } from '../../fixtures/image/fake-tools.ts';
import { sandbox } from '../../fixtures/image/sandbox.ts';

const { signal } = new AbortController();
const WANTED = 'etc/systemd/system/multi-user.target.wants/slow.service';

/** A folder with a unit, the link that enables it, and a program; and a bootstrapped root to lay it over. */
function slowUnit(): { folder: string; root: string; put: (path: string, content: string) => void } {
  const box = sandbox();
  const [folder, root] = [join(box.folder, 'slow'), join(box.folder, 'image')];
  const put = (path: string, content: string): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  };
  put('etc/systemd/system/slow.service', '[Service]\nExecStart=/usr/bin/slow\n');
  put('usr/bin/slow', '#!/bin/sh\nsleep 0.2\n');
  chmodSync(join(folder, 'usr/bin/slow'), 0o755);
  link(folder, WANTED, '/etc/systemd/system/slow.service');
  layDebianTree(root);
  return { folder, root, put };
}

function link(folder: string, path: string, target: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  symlinkSync(target, join(folder, path));
}

describe('the digest of a tree', () => {
  const changes: [string, boolean, (folder: string) => void][] = [
    ['a time', false, (folder) => utimesSync(join(folder, 'usr/bin/slow'), 1, 1)],
    ['a content', true, (folder) => writeFileSync(join(folder, 'usr/bin/slow'), '#!/bin/sh\nsleep 1\n')],
    ['a mode', true, (folder) => chmodSync(join(folder, 'usr/bin/slow'), 0o700)],
    ["a folder's mode", true, (folder) => chmodSync(join(folder, 'etc/systemd'), 0o700)],
    ['an empty folder', true, (folder) => mkdirSync(join(folder, 'srv'))],
    [
      'a link',
      true,
      (folder) => {
        rmSync(join(folder, WANTED));
        link(folder, WANTED, '/dev/null');
      },
    ],
  ];

  it.each(changes)('knows a change of %s: %s', async (_, isKnown, change) => {
    const { folder } = slowUnit();
    const before = await readUserTree(folder, signal);
    change(folder);
    const after = await readUserTree(folder, signal);
    expect(after.sha256 !== before.sha256).toBe(isKnown);
  });

  it('is the same wherever the tree lies', async () => {
    const [one, other] = [slowUnit().folder, slowUnit().folder];
    const [left, right] = [await readUserTree(one, signal), await readUserTree(other, signal)];
    expect(left.folder).not.toBe(right.folder);
    expect(left.sha256).toBe(right.sha256);
    expect(left.files).toBe(3);
  });
});

describe('a tree laid over an image', () => {
  it('keeps modes and links, and says what it added', async () => {
    const { folder, root } = slowUnit();
    const tree = await readUserTree(folder, signal);
    const sentence = await copyUserTree(tree, root, signal);
    expect(sentence).toBe(`A tree of the user's own: 3 files, sha256 ${tree.sha256}.`);
    expect(statSync(join(root, 'usr/bin/slow')).mode & 0o7777).toBe(0o755);
    expect(readlinkSync(join(root, WANTED))).toBe('/etc/systemd/system/slow.service');
  });

  it('belongs to whoever builds, also in a folder that hands down its group', async () => {
    const { folder, root } = slowUnit();
    chmodSync(join(root, 'etc'), 0o2775);
    await copyUserTree(await readUserTree(folder, signal), root, signal);
    const { uid, gid } = lstatSync(join(root, 'etc/systemd'));
    expect([uid, gid]).toEqual([process.geteuid?.(), process.getegid?.()]);
  });

  it('takes the place of files and links without writing through them, and leaves folders their mode', async () => {
    const { folder, root, put } = slowUnit();
    const outside = join(root, '..', 'outside');
    writeFileSync(outside, 'of the host');
    rmSync(join(root, 'etc/hostname'));
    symlinkSync(outside, join(root, 'etc/hostname'));
    put('etc/hostname', 'mine\n');
    chmodSync(join(folder, 'etc'), 0o700);
    const sentence = await copyUserTree(await readUserTree(folder, signal), root, signal);
    expect(sentence).toMatch(
      /^A tree of the user's own: 4 files, 1 of them in the place of what was there, /,
    );
    expect(readFileSync(outside, 'utf8')).toBe('of the host');
    expect(readFileSync(join(root, 'etc/hostname'), 'utf8')).toBe('mine\n');
    expect(statSync(join(root, 'etc')).mode & 0o777).toBe(0o755);
  });

  it('is refused where a folder meets something else in the image', async () => {
    const { folder, root, put } = slowUnit();
    put('var/lock/mine', '');
    mkdirSync(join(root, 'var'), { recursive: true });
    symlinkSync('/run/lock', join(root, 'var/lock'));
    await expect(copyUserTree(await readUserTree(folder, signal), root, signal)).rejects.toMatchObject({
      code: 'bad-tree',
      message: `the tree ${folder} holds the folder var/lock, and the image has a link there`,
      hint: 'the link leads to /run/lock: put its files there',
    });
    expect(existsSync('/run/lock/mine')).toBe(false);
  });

  it('is refused where a file meets a folder of the image', async () => {
    const { folder, root, put } = slowUnit();
    put('boot', '');
    await expect(copyUserTree(await readUserTree(folder, signal), root, signal)).rejects.toThrow(
      `the tree ${folder} holds the file boot, and the image has a folder there`,
    );
  });

  it('must still be what the recipe says', async () => {
    const { folder, root, put } = slowUnit();
    const tree = await readUserTree(folder, signal);
    put('etc/late', '');
    await expect(copyUserTree(tree, root, signal)).rejects.toMatchObject({
      code: 'tree-changed',
      kind: 'run',
      message: `the tree ${folder} was changed while the image was built`,
    });
  });
});

describe('a tree that changes while it is copied', () => {
  it('is refused by the digest of what was copied, not of what is there afterwards', async () => {
    const { folder, root, put } = slowUnit();
    put('var/last', '');
    const tree = await readUserTree(folder, signal);
    put('usr/bin/slow', '#!/bin/sh\nsleep 9.9\n');
    // Asked before each entry: as soon as the program is copied, it is again what it was.
    const watching = Object.assign(new AbortController().signal, {
      throwIfAborted: () => {
        if (existsSync(join(root, 'usr/bin/slow'))) put('usr/bin/slow', '#!/bin/sh\nsleep 0.2\n');
      },
    });
    await expect(copyUserTree(tree, root, watching)).rejects.toMatchObject({ code: 'tree-changed' });
  });

  it('never has a link followed that has come in the place of a folder', async () => {
    const { folder, root } = slowUnit();
    const outside = join(folder, '../outside');
    mkdirSync(join(outside, 'system/multi-user.target.wants'), { recursive: true });
    writeFileSync(join(outside, 'system/slow.service'), '[Service]\nExecStart=/usr/bin/fast\n');
    const tree = await readUserTree(folder, signal);
    let hasBegun = false;
    const watching = Object.assign(new AbortController().signal, {
      throwIfAborted: () => {
        if (hasBegun) return;
        hasBegun = true;
        renameSync(join(folder, 'etc/systemd'), join(folder, '../before'));
        symlinkSync(outside, join(folder, 'etc/systemd'));
      },
    });
    await expect(copyUserTree(tree, root, watching)).rejects.toMatchObject({ code: 'tree-changed' });
    expect(
      statSync(join(root, 'etc/systemd/system/slow.service'), { throwIfNoEntry: false })?.size ?? 0,
    ).toBe(0);
  });
});

describe('a tree is refused', () => {
  it.each([
    ['more entries', { entries: 3, bytes: 1000 }, 'more than 3 entries or 1000 B'],
    ['more bytes', { entries: 100, bytes: 20 }, 'more than 100 entries or 20 B'],
  ])('that holds %s than an image takes', async (_, limits, words) => {
    await expect(readUserTree(slowUnit().folder, signal, limits)).rejects.toMatchObject({
      code: 'bad-tree',
      message: expect.stringContaining(words) as string,
    });
  });

  it('that is deeper than any system', async () => {
    const { folder, put } = slowUnit();
    put(`${'d/'.repeat(70)}file`, '');
    await expect(readUserTree(folder, signal)).rejects.toThrow('is more than 64 folders deep');
  });

  it.each([
    ['bin/slow', 'folder bin: /bin is a link into /usr in the image'],
    ['lib64', 'file lib64: /lib64 is a link into /usr in the image'],
    ['run/mine', 'file run/mine: /run/mine is hidden by what is mounted there at boot'],
    [
      'usr/lib/twinboot/agent',
      "folder usr/lib/twinboot: /usr/lib/twinboot is the agent's, which twinboot measures with",
    ],
    [
      'etc/systemd/system/twinboot-agent.service.d/more.conf',
      "folder etc/systemd/system/twinboot-agent.service.d: /etc/systemd/system/twinboot-agent.service.d is the agent's, which twinboot measures with",
    ],
    ['etc/machine-id', 'file etc/machine-id: /etc/machine-id is made by the boot mode of the image'],
    ['usr/sbin/init', 'file usr/sbin/init: /usr/sbin/init is the link to systemd, which every runtime boots'],
  ])('that holds %s', async (path, words) => {
    const { folder, put } = slowUnit();
    put(path, '');
    await expect(readUserTree(folder, signal)).rejects.toMatchObject({
      code: 'bad-tree',
      kind: 'usage',
      message: `the tree ${folder} holds the ${words}`,
    });
  });

  it('that holds a socket', async () => {
    const { folder } = slowUnit();
    const server = createServer();
    await new Promise<void>((done) => server.listen(join(folder, 'etc/socket'), done));
    onTestFinished(() => void server.close());
    await expect(readUserTree(folder, signal)).rejects.toThrow('holds etc/socket, which is a socket');
  });

  it('that is empty, or none', async () => {
    const { folder } = sandbox();
    mkdirSync(join(folder, 'empty'));
    writeFileSync(join(folder, 'file'), '');
    await expect(readUserTree(join(folder, 'empty'), signal)).rejects.toThrow(/^the tree .*empty is empty$/);
    for (const name of ['file', 'nosuch']) {
      await expect(readUserTree(join(folder, name), signal)).rejects.toThrow(/ is no folder$/);
    }
  });
});
