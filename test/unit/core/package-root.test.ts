import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packageRoot, packageVersion } from '../../../core/package-root.ts';

describe('packageRoot', () => {
  it('is the folder with package.json and the source folders', () => {
    expect(existsSync(join(packageRoot(), 'core', 'package-root.ts'))).toBe(true);
  });
});

describe('packageVersion', () => {
  it('is what package.json says', () => {
    const manifest = JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8')) as {
      version: string;
    };
    expect(packageVersion()).toBe(manifest.version);
    expect(packageVersion()).toMatch(/^\d+\.\d+\.\d+/);
  });
});
