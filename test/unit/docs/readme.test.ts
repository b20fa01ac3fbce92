import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../../../core/package-root.ts';

const readme = readFileSync(join(packageRoot(), 'README.md'), 'utf8');

interface Block {
  language: string;
  text: string;
  /** What stands between it and the block before it. */
  before: string;
}

function blocksOf(page: string): Block[] {
  const parts = page.split(/^```(\w*)\n([^]*?)^```$/gmu);
  const blocks: Block[] = [];
  for (let at = 0; at + 2 < parts.length; at += 3)
    blocks.push({ before: parts[at] ?? '', language: parts[at + 1] ?? '', text: parts[at + 2] ?? '' });
  return blocks;
}

const blocks = blocksOf(readme);
const isCommand = ({ language }: Block): boolean => language === 'sh';
const isMeasured = ({ language, text }: Block): boolean =>
  language === '' && /\d (?:ms|s|KiB|MiB|GiB)\b/u.test(text);

describe('the README', () => {
  it('has blocks of figures', () => {
    expect(blocks.filter(isMeasured).length).toBeGreaterThanOrEqual(3);
  });

  it.each(blocks.map((block, index) => ({ index, ...block })).filter(isMeasured))(
    'names the command that measured what block $index shows, in the block beside it',
    ({ index }) => {
      const beside = [blocks[index - 1], blocks[index + 1]].filter((block) => block !== undefined);
      const commands = beside.filter(isCommand).map(({ text }) => text);
      expect(commands.join('\n')).toMatch(/npm run (?:bench|lab)|twinboot run /u);
    },
  );

  it('marks the figures of emulated VMs wherever it shows them', () => {
    for (const { text } of blocks.filter(isMeasured)) {
      if (/\bqemu\b(?!:accel=kvm)/u.test(text)) expect(text).toMatch(/qemu \*/u);
    }
  });

  it('names only metrics that there are', async () => {
    const { scenarios } = await import('../../../scenarios/registry.ts');
    const known = new Set(scenarios.flatMap(({ metrics }) => metrics.map(({ id }) => id)));
    const ids = blocks
      .filter(isMeasured)
      .flatMap(({ text }) => [...text.matchAll(/^([a-z]+\.[a-z-]+) /gmu)].map(([, id = '']) => id));
    expect(ids.length).toBeGreaterThan(8);
    for (const id of ids) expect([...known]).toContain(id);
  });
});
