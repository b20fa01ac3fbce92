import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { buildImage } from '../../../harness/image/build.ts';
import { imagesFolder } from '../../../harness/image/cache.ts';
import { cacheFolder } from '../../../core/cache-folder.ts';
import { digestFile } from '../../../harness/image/pack.ts';
import { recipeFor } from '../../../harness/image/recipe.ts';
import { readUserTree } from '../../../harness/image/user-tree.ts';
import { buildTools, fakeRunner, type FakeTool } from '../../fixtures/image/fake-tools.ts';
import { buildContext, builtImage, sandbox } from '../../fixtures/image/sandbox.ts';

const recipe = recipeFor({}, 'x64');

function build(tools: Record<string, FakeTool>, root: string, rebuild = false) {
  const runner = fakeRunner(tools);
  const notes: string[] = [];
  const note = (message: string) => void notes.push(message);
  return { runner, notes, result: buildImage(buildContext(runner), recipe, { note }, { root, rebuild }) };
}

describe('a build', () => {
  it('leaves a folder with the disk, the kernel, the initrd and their description', async () => {
    const image = await builtImage(sandbox(), recipe);
    expect(readdirSync(image.folder).sort()).toEqual(['disk.raw', 'image.json', 'initrd.img', 'vmlinuz']);
    expect(readdirSync(imagesFolder())).toHaveLength(1);
    expect(statSync(image.disk).mode & 0o777).toBe(0o444);
    expect(image.description).toMatchObject({
      name: 'trixie',
      digest: await digestFile(image.disk),
      bytes: statSync(image.disk).size,
      kernel: '6.12.0-cloud-amd64',
      initSystem: 'systemd 257.8-1',
      boot: 'settled',
    });
  });

  it('says each stage with the time it took', async () => {
    const { notes, result } = build(buildTools(), sandbox().root);
    await result;
    expect(
      notes.map((note) => note.replace(/[\d.]+ m?s/, 'TIME').replace(/[0-9a-f]{12}$/, 'DIGEST')),
    ).toEqual([
      'image trixie: building it from http://deb.debian.org/debian (Debian trixie), which takes a minute or less',
      'image trixie: bootstrap TIME',
      'image trixie: settle    TIME',
      'image trixie: pack      TIME',
      'image trixie: digest    TIME',
      'image trixie: built in TIME, sha256 DIGEST',
    ]);
  });

  it('is spared where the cache has the image', async () => {
    const box = sandbox();
    const image = await builtImage(box, recipe);
    const { runner, result } = build({}, box.root);
    expect(await result).toEqual(image);
    expect(runner.calls).toEqual([]);
  });

  it('puts a new image in the place of the old one when it is asked to', async () => {
    const box = sandbox();
    const old = await builtImage(box, recipe);
    const rebuilt = await build(buildTools(), box.root, true).result;
    expect(rebuilt.folder).toBe(old.folder);
    expect(rebuilt.description.builtAt).not.toBe(old.description.builtAt);
    expect(readdirSync(imagesFolder())).toHaveLength(1);
  });

  it("lays the user's own trees over the image before it is settled", async () => {
    const box = sandbox();
    const folder = join(box.folder, 'mine');
    mkdirSync(join(folder, 'etc/sysusers.d'), { recursive: true });
    writeFileSync(join(folder, 'etc/sysusers.d/mine.conf'), 'u mine');
    const trees = [await readUserTree(folder, new AbortController().signal)];
    const seen: boolean[] = [];
    const tools = buildTools({
      perl: (args, options) => {
        seen.push(existsSync(join(args[2] ?? '', 'etc/sysusers.d/mine.conf')));
        return buildTools().perl?.(args, options) ?? '';
      },
    });
    const custom = recipeFor({ name: 'mine', trees }, 'x64');
    const context = buildContext(fakeRunner(tools));
    const image = await buildImage(context, custom, { note: () => undefined }, { root: box.root });
    expect(new Set(seen)).toEqual(new Set([true]));
    expect(image.description.added).toContain(
      `A tree of the user's own: 1 file, sha256 ${trees[0]?.sha256 ?? ''}.`,
    );
  });

  it('takes away the image that an earlier recipe made under the same name, and what dead builders left', async () => {
    const box = sandbox();
    const earlier = await builtImage(box, { ...recipe, builder: 0 });
    const dead = join(imagesFolder(), '.build-1-1-00000000-0000-4000-8000-000000000000-abcdef');
    mkdirSync(dead);
    await builtImage(box, recipe);
    expect(existsSync(earlier.folder)).toBe(false);
    expect(existsSync(dead)).toBe(false);
  });

  it('refuses a damaged image in its place, and says how to be rid of it', async () => {
    const box = sandbox();
    const { folder } = await builtImage(box, recipe);
    writeFileSync(join(folder, 'image.json'), '{"half": ');
    await expect(build(buildTools(), box.root).result).rejects.toMatchObject({
      code: 'image-damaged',
      hint: 'remove it with: twinboot image rm trixie',
    });
  });
});

describe('a build that fails', () => {
  const full = () => {
    throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
  };

  it.each<[string, Record<string, FakeTool>, { code: string; message: RegExp }]>([
    [
      'in the bootstrap',
      {
        mmdebstrap: ([first]) =>
          first === '--version' ? '' : { exitCode: 25, stderr: 'E: Unable to locate package x' },
      },
      { code: 'unknown-package', message: /^image trixie: bootstrap: Debian trixie has no package x$/ },
    ],
    [
      'in the settling',
      { unshare: () => ({ exitCode: 1, stderr: 'no' }) },
      {
        code: 'settle-failed',
        message: /^image trixie: settle: \/usr\/bin\/systemd-sysusers failed/,
      },
    ],
    [
      'in the packing',
      { 'mkfs.ext4': ([first]) => (first === '-V' ? '' : full()) },
      { code: 'disk-full', message: /^image trixie: pack: there is no space left in / },
    ],
    [
      'in the digest',
      { 'mkfs.ext4': makeFolderOfDisk },
      { code: 'image-build-failed', message: /^image trixie: digest: EISDIR/ },
    ],
  ])('%s names the stage and leaves no half image behind', async (_, tools, expected) => {
    const { root } = sandbox();
    await expect(build(buildTools(tools), root).result).rejects.toMatchObject({
      code: expected.code,
      message: expect.stringMatching(expected.message) as string,
    });
    expect(readdirSync(imagesFolder())).toEqual([]);
  });

  it('because a tool is missing does so before anything is downloaded', async () => {
    const { mmdebstrap, 'apt-config': aptConfig } = buildTools();
    const tools = { mmdebstrap, 'apt-config': aptConfig } as Record<string, FakeTool>;
    const { runner, result } = build(tools, sandbox().root);
    await expect(result).rejects.toMatchObject({
      code: 'missing-tool',
      kind: 'host',
      message: 'image trixie: bootstrap: mkfs.ext4 is not installed',
    });
    expect(runner.calls).toEqual(['mmdebstrap --version', 'mkfs.ext4 -V']);
  });

  it('in the bootstrap keeps what mmdebstrap said', async () => {
    const tools = buildTools({
      mmdebstrap: (_, { onLine }) => {
        onLine?.('I: running apt-get update...');
        return { exitCode: 25, stderr: '' };
      },
    });
    const { notes, result } = build(tools, sandbox().root);
    await expect(result).rejects.toMatchObject({ code: 'bootstrap-failed' });
    const log = join(cacheFolder(), 'failed-builds', 'trixie.log');
    expect(notes).toContain(`image trixie: the log of the failed build is ${log}`);
    expect(readFileSync(log, 'utf8')).toBe('twinboot image build\nI: running apt-get update...\n');
  });
});

/** What is no file can be packed, as far as the build sees, but not read. */
function makeFolderOfDisk(args: readonly string[]): string {
  const disk = args.at(-1) ?? '';
  if (!disk.endsWith('disk.raw')) return '';
  rmSync(disk);
  mkdirSync(disk);
  return '';
}
