import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../core/package-root.ts';
import { updateMetricsPage } from './metrics-page.ts';

const file = join(packageRoot(), 'docs/metrics.md');
writeFileSync(file, updateMetricsPage(readFileSync(file, 'utf8')));
