import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { packageRoot } from '../../../core/package-root.ts';
import { exports } from '../../../results/export/registry.ts';
import { gateFileSchema } from '../../../results/gate/file-schema.ts';

interface Block {
  language: string;
  file: string;
  text: string;
}

const page = readFileSync(join(packageRoot(), 'docs/ci.md'), 'utf8');
const readme = readFileSync(join(packageRoot(), 'README.md'), 'utf8');
const FROM_REPOSITORY = "'git+https://github.com/OWNER/twinboot.git#COMMIT'";
const blocks = [...page.matchAll(/^```(\w+) ?(\S*)\n(.*?)^```$/gms)].map(
  ([, language = '', file = '', text = '']): Block => ({ language, file, text }),
);
const yamlBlocks = blocks.filter(({ language }) => language === 'yaml');

/** What the commands of a text have npm install, options left out. */
function installedBy(text: string): string[] {
  return [...text.matchAll(/npm (?:install|i|exec)((?: --prefix \S+| --\w+)*) ([^\s`]+)/g)].map(
    ([, , name = '']) => name,
  );
}

/** Every mapping below a value, itself included. */
function mappingsIn(value: unknown): Record<string, unknown>[] {
  if (typeof value !== 'object' || value === null) return [];
  const below = Object.values(value).flatMap(mappingsIn);
  return Array.isArray(value) ? below : [value as Record<string, unknown>, ...below];
}

describe('docs/ci.md', () => {
  it('has a gate that is one', () => {
    const gate = blocks.find(({ file }) => file === 'twinboot.yaml');
    expect(gateFileSchema.safeParse(parse(gate?.text ?? '')).error).toBeUndefined();
  });

  it('gives the action inputs that it has, and tells every one of them', () => {
    const action = parse(readFileSync(join(packageRoot(), 'action.yml'), 'utf8')) as {
      inputs: Record<string, { default: string }>;
    };
    const uses = yamlBlocks
      .flatMap(({ text }) => mappingsIn(parse(text)))
      .filter((step) => typeof step.uses === 'string' && step.uses.startsWith('OWNER/twinboot@'));
    expect(uses.length).toBeGreaterThan(2);
    for (const step of uses) expect(action.inputs).toMatchObject(keysOf(step.with));

    const told = [...page.matchAll(/^\| `([\w-]+)` +\| (?:`([^`]+)`)? *\|/gm)].map(([, name, value = '']) => [
      name,
      value,
    ]);
    expect(Object.fromEntries(told)).toEqual(
      Object.fromEntries(Object.entries(action.inputs).map(([name, input]) => [name, input.default])),
    );
  });

  // Nobody has registered the name with npm, so that anybody could.
  it('installs from the repository at a commit, never by a name', () => {
    const installed = installedBy(page);
    expect(installed.length).toBeGreaterThan(1);
    expect([...new Set([...installed, ...installedBy(readme)])]).toEqual([FROM_REPOSITORY]);
  });

  it('names the files that a run folder has', () => {
    for (const { fileName } of exports) {
      if (!fileName.endsWith('.csv')) expect(page).toContain(`| \`${fileName}\``);
    }
  });

  it('has a link for every reference, and no other', () => {
    const defined = [...page.matchAll(/^\[([\w-]+)\]: https:/gm)].map(([, name]) => name);
    const used = [...page.matchAll(/\]\[([\w-]+)\]/g)].map(([, name]) => name);
    expect([...new Set(used)].sort()).toEqual(defined.sort());
  });

  it('has shell that shellcheck has nothing to say about', ({ skip }) => {
    const found = spawnSync('shellcheck', ['--version']);
    skip(found.error !== undefined, 'shellcheck is not installed');
    for (const { text, file } of blocks.filter(({ language }) => language === 'sh')) {
      // The snippets are parts of scripts: what they use is set elsewhere.
      const input = file === '' ? `export run\n${text}` : text;
      expect(spawnSync('shellcheck', ['--shell=sh', '-'], { input, encoding: 'utf8' }).stdout).toBe('');
    }
  });
});

/** The same keys with anything for values. */
function keysOf(inputs: unknown): Record<string, unknown> {
  return Object.fromEntries(
    mappingsIn(inputs)
      .flatMap((map) => Object.keys(map))
      .map((key) => [key, expect.anything()]),
  );
}
