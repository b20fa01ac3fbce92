import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatFactor } from '../../../core/words.ts';
import type { Comparison } from '../../../results/compare/comparison.ts';
import type { RunRecord } from '../../../results/record.ts';
import { writeRecord } from '../../../results/store.ts';
import { buildRecord } from '../../fixtures/records/record.ts';
import { twinboot } from '../../support/terminal.ts';

/** Five rounds, of which the second lost its VM: by round the ratio is 31.0, of medians 31.7. */
function record(): RunRecord {
  const made = buildRecord({ hostile: false });
  const times = { nspawn: [400, 405, 410, 420, 430], qemu: [14_000, 0, 13_120, 12_600, 12_900] };
  for (const sample of made.samples) {
    const value = sample.values.find(({ metric }) => metric === 'startup.ready');
    const ms = times[sample.runtime as keyof typeof times][sample.round - 1];
    if (value !== undefined && ms !== undefined) value.value = ms;
  }
  return made;
}

/** Medians of 35, 32, 30 and 30, and the least and the greatest of them. */
const RATIO = '31.0';
const INTERVAL = '[30.0, 35.0]';

let folder: string;
let run: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'twinboot-ratio-'));
  run = join(folder, 'run');
  mkdirSync(run);
  await writeRecord(run, record());
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('a VM over a container', () => {
  it('is one figure in the report, its table and its exports', async () => {
    const { out } = await twinboot(['report', run]);
    expect(out).toMatch(new RegExp(`startup\\.ready .* ${escaped(`${RATIO} ${INTERVAL}`)}`));
    const markdown = readFileSync(join(run, 'report', 'report.md'), 'utf8').replaceAll('\\', '');
    expect(markdown).toContain(`: ${RATIO} times ${INTERVAL}, n = 4 and 5.`);
    expect(markdown).toMatch(
      new RegExp(`startup\\.ready\\).*\\| ${escaped(`${RATIO} times ${INTERVAL}`)} \\|`),
    );
    expect(markdown).toContain('A VM over a container is the median of the ratios by round');
    const page = readFileSync(join(run, 'report', 'index.html'), 'utf8');
    expect(page).toContain(`${RATIO} times ${INTERVAL}`);

    const lines: Record<string, string>[] = parse(readFileSync(join(run, 'ratios.csv')), { columns: true });
    const { n, ratio, ci_low, ci_high } = lines.find(({ metric }) => metric === 'startup.ready') ?? {};
    expect([n, ...[ratio, ci_low, ci_high].map((text) => formatFactor(Number(text)))]).toEqual([
      '4',
      RATIO,
      '30.0',
      '35.0',
    ]);
  });

  it('is the same in the gate', async () => {
    const rules = join(folder, 'twinboot.yaml');
    writeFileSync(rules, 'metrics: { startup.ready: { vm/container: { max: 50 } } }');
    const { out } = await twinboot(['gate', rules, '--run', run]);
    expect(out).toMatch(new RegExp(`startup\\.ready max +${escaped(`${RATIO} ${INTERVAL}, n = 4`)}`));
  });

  it('is the same on either side of a comparison', async () => {
    const { out } = await twinboot(['compare', run, run]);
    const block = out.slice(out.indexOf('qemu / nspawn'));
    expect(block).toMatch(new RegExp(`startup\\.ready +${RATIO} +${RATIO} `));
    expect(out).toContain('A VM / a container: the median of the ratios by round.');

    const { out: json } = await twinboot(['compare', run, run, '--format', 'json']);
    const { rows } = JSON.parse(json) as Comparison;
    const row = rows.find(({ metric, subject }) => metric === 'startup.ready' && subject === 'qemu / nspawn');
    for (const side of [row?.base, row?.next]) {
      expect(side).toEqual({ n: 4, median: 31, interval: { low: 30, high: 35 } });
    }
  });
});

const escaped = (text: string): string => text.replaceAll(/[[\].*]/g, '\\$&');
