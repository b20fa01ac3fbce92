import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { packageRoot } from '../core/package-root.ts';

const { resolve } = createRequire(import.meta.url);

/** A file of `report/assets`, in the source tree even when the code runs from `dist/`. */
export function assetPath(name: string): string {
  return join(packageRoot(), 'report', 'assets', name);
}

export function readAsset(name: string): string {
  return readFileSync(assetPath(name), 'utf8');
}

/** The latin part of Inter, as files for the pictures and inside the page. */
export function fontPath(weight: 400 | 600, subset: 'latin' | 'latin-ext' = 'latin'): string {
  const folder = dirname(resolve('@fontsource/inter/package.json'));
  return join(folder, 'files', `inter-${subset}-${weight}-normal.woff2`);
}

/** Chart.js and its box plots as classic browser scripts: they define `Chart` and register with it. */
export function browserBundles(): string[] {
  return [
    // The browser bundles are not in `exports`: they lie beside the entry point.
    join(dirname(resolve('chart.js')), 'chart.umd.min.js'),
    join(dirname(resolve('@sgratzl/chartjs-chart-boxplot')), 'index.umd.min.js'),
  ].map((path) => readFileSync(path, 'utf8').replace(/^\/\/# sourceMappingURL=.*$/gmu, ''));
}
