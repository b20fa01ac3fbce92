import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadImage } from '@napi-rs/canvas';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { buildRecord } from '../../../fixtures/records/record.ts';
import { twinboot, type Told } from '../../../support/terminal.ts';

let run: string;

beforeEach(() => {
  run = mkdtempSync(join(tmpdir(), 'twinboot-test-'));
  const record = buildRecord({ rounds: 2, scenarios: ['startup'] });
  writeFileSync(join(run, 'run.json'), JSON.stringify(record));
});
afterEach(() => rmSync(run, { recursive: true }));

const report = (...words: string[]): Promise<Told> => twinboot(['report', run, ...words]);
const chart = (name: string): string => join(run, 'report/charts', name);

describe('twinboot report --charts', { timeout: 60_000 }, () => {
  it('draws every chart once more, as wide as the column of an article', async () => {
    const { out, exitCode } = await report(
      '--charts',
      'width=single,scale=1',
      '--charts',
      'width=double,theme=dark',
    );
    expect(exitCode).toBe(0);
    expect(out).toMatch(/charts {2}\S+report\/charts: 8 pictures for articles$/u);
    const ids = ['startup-ladder', 'startup-phases', 'startup-ready-distribution', 'startup-units'];
    expect(
      readdirSync(chart(''))
        .filter((name) => name.endsWith('.png'))
        .sort(),
    ).toEqual(
      ids
        .flatMap((id) => ['.png', '-single-light-1x.png', '-double-dark-2x.png'].map((end) => `${id}${end}`))
        .sort(),
    );
    const single = await loadImage(chart('startup-ladder-single-light-1x.png'));
    const double = await loadImage(chart('startup-ladder-double-dark-2x.png'));
    expect([single.width, double.width]).toEqual([321, 2 * 673]);
    const svg = readFileSync(chart('startup-ladder-double-dark.svg'), 'utf8');
    expect(svg).toContain('width="178mm"');
    expect(svg).toContain('fill="#14171b"');
  });

  it('draws none of them where they are not asked for, and takes away those of before', async () => {
    await report('--charts', 'width=single');
    await report();
    expect(readdirSync(chart('')).filter((name) => name.includes('single'))).toEqual([]);
  });

  it('refuses what it does not know before it reads or writes anything', async () => {
    const { exitCode, notes } = await report('--charts', 'width=A4');
    expect(exitCode).toBe(2);
    expect(notes).toContain('width of --charts is page, single and double, not "A4"');
    expect(readdirSync(run)).toEqual(['run.json']);
  });

  it('says in its help what there is', async () => {
    const { out } = await twinboot(['report', '--help']);
    expect(out.replaceAll(/\s+/gu, ' ')).toContain('width=page|single|double,theme=light|dark,scale=1|2');
  });
});
