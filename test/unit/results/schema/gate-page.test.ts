import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { packageRoot } from '../../../../core/package-root.ts';
import { knownNames } from '../../../../harness/cli/machine/gate-names.ts';
import { gateFileSchema } from '../../../../results/gate/file-schema.ts';
import { parseGate } from '../../../../results/gate/read-gate.ts';
import { GATE_EXAMPLE, gatePage } from '../../../../results/schema/gate-page.ts';

const page = readFileSync(join(packageRoot(), 'docs/gate-file.md'), 'utf8');

it('docs/gate-file.md is the one of the code; if not: npm run docs', () => {
  expect(page).toBe(gatePage());
});

it('tells every key with its default and its meaning', () => {
  for (const key of Object.keys(gateFileSchema.shape)) {
    const [, type, , meaning] = new RegExp(`^\\| \`${key}\` .*$`, 'm').exec(page)?.[0].split(' | ') ?? [];
    expect(type, key).not.toBe('');
    expect(meaning?.length, key).toBeGreaterThan(10);
  }
  expect(page).toMatch(/^\| `alpha` \| percentage \| `5%` \| /m);
  expect(page).toMatch(/^\| `inconclusive` \| `pass`, `fail` \| `pass` \| /m);
  expect(page).toMatch(/^\| `max-failed-boots` \| number or percentage \| `0` \| /m);
});

it('has an example that is a gate, and that has every key but the file of findings', () => {
  expect(() => parseGate(GATE_EXAMPLE, 'twinboot.yaml', knownNames)).not.toThrow();
  const keys = Object.keys(parse(GATE_EXAMPLE) as object);
  const missing = Object.keys(gateFileSchema.shape).filter((key) => !keys.includes(key));
  expect(missing).toEqual(['bursts', 'parallel', 'reserve', 'expected']);
});
