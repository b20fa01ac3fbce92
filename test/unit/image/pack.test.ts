import { execFileSync } from 'node:child_process';
import {
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { copyKernel, digestFile, measureTree, mkfsArguments } from '../../../harness/image/pack.ts';
import { FILE_SYSTEM_UUID, HASH_SEED } from '../../../harness/image/reproducible.ts';
import { layDebianTree } from '../../fixtures/image/fake-tools.ts';
import { sandbox } from '../../fixtures/image/sandbox.ts';

describe('the size of a tree', () => {
  it('counts a file with two names once, and follows no link', () => {
    const { folder } = sandbox();
    const tree = join(folder, 'tree');
    mkdirSync(join(tree, 'below'), { recursive: true });
    writeFileSync(join(tree, 'file'), Buffer.alloc(64 * 1024, 1));
    const alone = measureTree(tree);
    linkSync(join(tree, 'file'), join(tree, 'below/same'));
    symlinkSync(folder, join(tree, 'below/outside'));
    const both = measureTree(tree);
    expect(both.entries).toBe(alone.entries + 1);
    expect(both.bytes - alone.bytes).toBeLessThan(8192);
    expect(alone.bytes).toBeGreaterThanOrEqual(64 * 1024);
  });
});

describe('the file system', () => {
  it('is finished when it is made: no instance initialises it in the background', () => {
    expect(mkfsArguments('/tree', '/disk.raw', 40_000).join(' ')).toBe(
      `-q -F -L twinboot -d /tree -b 4096 -I 256 -N 40000 -m 0 -E lazy_itable_init=0,lazy_journal_init=0,hash_seed=${HASH_SEED} -U ${FILE_SYSTEM_UUID} /disk.raw`,
    );
  });
});

describe('the kernel', () => {
  it("is the image's own, with the initrd of the same release", async () => {
    const { folder } = sandbox();
    layDebianTree(join(folder, 'tree'));
    const [kernel, initrd] = [join(folder, 'vmlinuz'), join(folder, 'initrd.img')];
    expect(await copyKernel(join(folder, 'tree'), kernel, initrd)).toBe('6.12.0-cloud-amd64');
    expect([readFileSync(kernel, 'utf8'), readFileSync(initrd, 'utf8')]).toEqual(['kernel', 'initrd']);
  });

  it("is the one that Debian's link names where there are several", async () => {
    const { folder } = sandbox();
    const tree = join(folder, 'tree');
    layDebianTree(tree);
    for (const name of ['vmlinuz-6.1.0', 'initrd.img-6.1.0']) writeFileSync(join(tree, 'boot', name), name);
    symlinkSync('boot/vmlinuz-6.1.0', join(tree, 'vmlinuz'));
    expect(await copyKernel(tree, join(folder, 'vmlinuz'), join(folder, 'initrd.img'))).toBe('6.1.0');
  });

  it('is a vmlinux where there is no vmlinuz, as on riscv64', async () => {
    const { folder } = sandbox();
    const tree = join(folder, 'tree');
    layDebianTree(tree);
    for (const name of ['vmlinux-6.1.0', 'initrd.img-6.1.0']) writeFileSync(join(tree, 'boot', name), name);
    const copy = (to: string) => copyKernel(tree, join(folder, to), join(folder, `${to}-initrd`));
    expect(await copy('compressed')).toBe('6.12.0-cloud-amd64');
    rmSync(join(tree, 'boot/vmlinuz-6.12.0-cloud-amd64'));
    expect(await copy('plain')).toBe('6.1.0');
    expect(readFileSync(join(folder, 'plain'), 'utf8')).toBe('vmlinux-6.1.0');
  });

  it('is missed by name', async () => {
    const { folder } = sandbox();
    const tree = join(folder, 'tree');
    layDebianTree(tree);
    rmSync(join(tree, 'boot/initrd.img-6.12.0-cloud-amd64'));
    const copy = (name: string) => copyKernel(tree, join(folder, name), join(folder, 'initrd.img'));
    await expect(copy('first')).rejects.toThrow('the image has no initrd for its kernel 6.12.0-cloud-amd64');
    rmSync(join(tree, 'boot/vmlinuz-6.12.0-cloud-amd64'));
    await expect(copy('second')).rejects.toThrow('the image has no kernel in /boot');
  });

  it('is no link, which could lead to a file of the host, and no FIFO, which would never end', async () => {
    const { folder } = sandbox();
    const tree = join(folder, 'tree');
    layDebianTree(tree);
    const kernel = join(tree, 'boot/vmlinuz-6.12.0-cloud-amd64');
    const copy = () => copyKernel(tree, join(folder, 'vmlinuz'), join(folder, 'initrd.img'));
    writeFileSync(join(folder, 'secret'), 'of the host', { mode: 0o600 });
    rmSync(kernel);
    symlinkSync(join(folder, 'secret'), kernel);
    await expect(copy()).rejects.toMatchObject({ code: 'link-in-the-way' });
    rmSync(kernel);
    execFileSync('mkfifo', [kernel]);
    await expect(copy()).rejects.toMatchObject({ code: 'not-a-file' });
    expect(existsSync(join(folder, 'vmlinuz'))).toBe(false);
  });

  it('is not looked for behind a link that stands for /boot', async () => {
    const { folder } = sandbox();
    const tree = join(folder, 'tree');
    layDebianTree(tree);
    renameSync(join(tree, 'boot'), join(folder, 'boot'));
    symlinkSync('../boot', join(tree, 'boot'));
    const copy = copyKernel(tree, join(folder, 'vmlinuz'), join(folder, 'initrd.img'));
    await expect(copy).rejects.toMatchObject({ code: 'link-in-the-way' });
  });
});

describe('the digest', () => {
  it('is the SHA-256 of the file as it stands', async () => {
    const file = join(sandbox().folder, 'disk.raw');
    writeFileSync(file, 'abc');
    expect(await digestFile(file)).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  });
});
