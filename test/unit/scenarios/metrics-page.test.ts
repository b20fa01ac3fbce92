import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { packageRoot } from '../../../core/package-root.ts';
import { updateMetricsPage } from '../../../scenarios/metrics-page.ts';

it('docs/metrics.md defines every metric as the code declares it (else: npm run docs)', () => {
  const page = readFileSync(join(packageRoot(), 'docs/metrics.md'), 'utf8');
  expect(page).toBe(updateMetricsPage(page));
});
