import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { packageRoot, packageVersion } from '../../core/package-root.ts';

/** What CFF 1.2.0 asks for, of the keys that are used; it allows no others (additionalProperties: false). */
const citationSchema = z.strictObject({
  'cff-version': z.literal('1.2.0'),
  message: z.string().min(1),
  type: z.enum(['software', 'dataset']),
  title: z.string().min(1),
  abstract: z.string().min(1),
  authors: z.array(z.strictObject({ name: z.string().min(1) })).min(1),
  version: z.string(),
  license: z.literal('MIT'),
  keywords: z.array(z.string().min(1)).min(1),
});

it('CITATION.cff is as the Citation File Format has it, of this version, and part of the package', () => {
  const read: unknown = parse(readFileSync(join(packageRoot(), 'CITATION.cff'), 'utf8'));
  expect(citationSchema.parse(read).version).toBe(packageVersion());
  const manifest = JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8')) as {
    files: string[];
  };
  expect(manifest.files).toContain('CITATION.cff');
});
