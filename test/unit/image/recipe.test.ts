import { describe, expect, it } from 'vitest';
import {
  buildCommand,
  plainRecipe,
  recipeDigest,
  recipeFor,
  recipeId,
} from '../../../harness/image/recipe.ts';

const tree = { folder: '/srv/slow unit', files: 2, sha256: 'a'.repeat(64) };
const agent = [{ installedAs: '/usr/lib/twinboot/agent', mode: 0o755, content: '#!/bin/sh\n' }];

describe('a recipe', () => {
  it('is Debian stable, settled, with the agent, when nothing is chosen', () => {
    expect(recipeFor({}, 'x64')).toMatchInlineSnapshot(`
      {
        "agent": true,
        "boot": "settled",
        "builder": 2,
        "distribution": "debian",
        "name": "trixie",
        "packages": [
          "dbus",
          "initramfs-tools",
          "libpam-systemd",
          "linux-image-cloud-amd64",
          "systemd",
          "systemd-sysv",
          "udev",
          "zstd",
        ],
        "suite": "trixie",
        "variant": "minbase",
      }
    `);
  });

  it('is named after what it is', () => {
    const nameOf = (choices: Parameters<typeof recipeFor>[0]) => recipeFor(choices, 'x64').name;
    expect(nameOf({ boot: 'first' })).toBe('trixie-first');
    expect(nameOf({ agent: false })).toBe('trixie-without-agent');
    expect(nameOf({ suite: 'bookworm', boot: 'first' })).toBe('bookworm-first');
    expect(nameOf({ architecture: 'arm64', boot: 'first' })).toBe('trixie-arm64-first');
    expect(nameOf({ architecture: 'amd64' })).toBe('trixie');
  });

  it('follows from a plain name', () => {
    expect(recipeFor({ name: 'bookworm-first' }, 'x64')).toMatchObject({ suite: 'bookworm', boot: 'first' });
    expect(plainRecipe('trixie-first-without-agent', 'x64')).toMatchObject({ boot: 'first', agent: false });
    expect(plainRecipe('trixie-arm64', 'x64')).toMatchObject({ architecture: 'arm64' });
    expect(plainRecipe('mine', 'x64')).toBeUndefined();
  });

  it("has its architecture's kernel", () => {
    expect(recipeFor({}, 'arm64').packages).toContain('linux-image-cloud-arm64');
    expect(() => recipeFor({}, 'mips')).toThrow(/no kernel of Debian's for mips/);
  });

  it("has another architecture's kernel where that is asked for", () => {
    const recipe = recipeFor({ architecture: 'riscv64' }, 'x64');
    expect(recipe.packages).toContain('linux-image-riscv64');
    expect(recipe.packages).not.toContain('linux-image-cloud-amd64');
  });

  it("keeps its place in the cache where the host's own is asked for by name", () => {
    expect(recipeId(recipeFor({ architecture: 'amd64' }, 'x64'))).toBe(recipeId(recipeFor({}, 'x64')));
  });

  it.each([
    [{ architecture: 'vax' }, 'bad-architecture'],
    [{ name: 'trixie', architecture: 'arm64' }, 'name-taken'],
    [{ name: 'Mine!' }, 'bad-image-name'],
    [{ name: '--all' }, 'bad-image-name'],
    [{ name: '../escape' }, 'bad-image-name'],
    [{ suite: '-o Dir=/' }, 'bad-suite'],
    [{ name: 'mine', include: ['?essential'] }, 'bad-package'],
    [{ name: 'mine', include: [''] }, 'bad-package'],
    [{ include: ['nginx'] }, 'name-needed'],
    [{ trees: [tree] }, 'name-needed'],
    [{ name: 'trixie', trees: [tree] }, 'name-taken'],
    [{ name: 'trixie', suite: 'bookworm' }, 'name-taken'],
    [{ name: 'trixie', include: ['nginx'] }, 'name-taken'],
    [{ name: 'trixie-first', boot: 'settled' as const }, 'name-taken'],
  ])('refuses %j with %s', (choices, code) => {
    expect(() => recipeFor(choices, 'x64')).toThrow(
      expect.objectContaining({ code, kind: 'usage' }) as Error,
    );
  });
});

describe('its digest', () => {
  const recipe = recipeFor({ name: 'mine', include: ['nginx', 'curl'] }, 'x64');

  it('stays the same from one version of twinboot to the next', () => {
    // A change here makes every cached image outdated: it must be meant.
    expect(recipeDigest(recipe, agent)).toBe(
      '8aa497f50043ffc9c007e79785da531e7a6a5d1294e2a59bbea9709e86ec128e',
    );
  });

  it('does not depend on the order of packages or keys', () => {
    const reordered = recipeFor({ name: 'mine', include: ['curl', 'nginx', 'curl'] }, 'x64');
    const turned = Object.fromEntries(Object.entries(recipe).reverse()) as typeof recipe;
    expect(recipeDigest(reordered, agent)).toBe(recipeDigest(recipe, agent));
    expect(recipeDigest(turned, agent)).toBe(recipeDigest(recipe, agent));
  });

  it('changes with the agent, unless the image has none', () => {
    const other = agent.map((file) => ({ ...file, content: '#!/bin/sh\n# newer\n' }));
    expect(recipeDigest(recipe, other)).not.toBe(recipeDigest(recipe, agent));
    const without = { ...recipe, agent: false };
    expect(recipeDigest(without, other)).toBe(recipeDigest(without, agent));
  });

  it("counts what the user's own trees hold, in their order, and not where they lay", () => {
    const other = { folder: '/srv/b', files: 1, sha256: 'b'.repeat(64) };
    const digestOf = (...trees: (typeof tree)[]) =>
      recipeDigest(recipeFor({ name: 'mine', include: ['nginx', 'curl'], trees }, 'x64'), agent);
    expect(digestOf({ ...tree, folder: '/elsewhere' })).toBe(digestOf(tree));
    expect(digestOf({ ...tree, sha256: 'c'.repeat(64) })).not.toBe(digestOf(tree));
    expect(digestOf(other, tree)).not.toBe(digestOf(tree, other));
    expect(digestOf()).toBe(recipeDigest(recipe, agent));
  });

  it('gives 16 digits for the name of a folder', () => {
    expect(recipeId(recipe)).toMatch(/^[0-9a-f]{16}$/);
  });
});

describe('the command that builds it', () => {
  it.each([
    [{}, 'twinboot image build'],
    [{ boot: 'first' as const, agent: false }, 'twinboot image build --boot first --without-agent'],
    [{ architecture: 'arm64' }, 'twinboot image build --arch arm64'],
    [
      { name: 'mine', suite: 'bookworm', include: ['nginx', 'curl'] },
      'twinboot image build mine --suite bookworm --include curl,nginx',
    ],
    [
      { name: 'mine', trees: [tree, { ...tree, folder: '/srv/b' }] },
      "twinboot image build mine --tree '/srv/slow unit' --tree /srv/b",
    ],
  ])('of %j is %s', (choices, command) => {
    expect(buildCommand(recipeFor(choices, 'x64'))).toBe(command);
  });
});
