import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { renderReport } from '../../../report/render.ts';
import { buildRecord } from '../../fixtures/records/record.ts';

vi.mock('../../../report/picture.ts', () => {
  throw new Error('skia.linux-x64-gnu.node: failed to map segment from shared object');
});

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'twinboot-test-'))));
afterEach(() => rmSync(folder, { recursive: true }));

it('a host that does not load the drawing library has everything but the pictures, and the cause', async () => {
  const stale = join(folder, 'report/charts/startup-ladder.png');
  mkdirSync(join(folder, 'report/charts'), { recursive: true });
  writeFileSync(stale, 'of an earlier report');
  const files = await renderReport(buildRecord(), folder);
  expect(files.undrawn).toContain('failed to map segment');
  expect(files.charts).toEqual([]);
  expect(readFileSync(files.html, 'utf8')).toContain('</html>');
  expect(readFileSync(files.markdown, 'utf8')).not.toContain('](charts/');
  expect(existsSync(stale)).toBe(false);
  for (const file of files.all) expect(existsSync(file)).toBe(true);
});
