import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TwinbootError } from '../../../../core/error.ts';
import { loadSide } from '../../../../results/compare/pool.ts';
import { runtimeSeries } from '../../../../results/compare/series.ts';
import type { RunRecord } from '../../../../results/record.ts';
import { writeRecord } from '../../../../results/store.ts';
import { buildSide } from '../../../fixtures/records/sides.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'twinboot-test-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

async function keep(day: number, bend: (record: RunRecord) => void = () => undefined): Promise<string> {
  const id = `2026-11-${day}T09-00-00Z-a1b2c3`;
  const path = join(folder, id);
  mkdirSync(path);
  const [record] = buildSide('run', { rounds: 3, seed: day }, bend).records;
  await writeRecord(path, { ...record, id });
  return path;
}

async function refusal(path: string): Promise<string> {
  const error: unknown = await loadSide(path).catch((thrown: unknown) => thrown);
  if (!(error instanceof TwinbootError)) throw new Error('it was loaded');
  return `${error.code}: ${error.message}\nhint: ${error.hint ?? ''}`.replaceAll(folder, 'RUNS');
}

describe('one side of a comparison', () => {
  it('is a run folder, or the file in it', async () => {
    const path = await keep(10);
    expect((await loadSide(path)).records.map(({ id }) => id)).toEqual(['2026-11-10T09-00-00Z-a1b2c3']);
    expect((await loadSide(join(path, 'run.json'))).records).toHaveLength(1);
  });

  it('is a folder of runs, oldest first, with all of their rounds', async () => {
    for (const day of [12, 10, 11]) await keep(day);
    const side = await loadSide(folder);
    expect(side.name).toBe(folder);
    expect(side.records.map(({ id }) => id.slice(0, 10))).toEqual(['2026-11-10', '2026-11-11', '2026-11-12']);
    const metric = side.records[0].scenarios[0]?.metrics.find(({ id }) => id === 'startup.ready');
    if (metric === undefined) throw new Error('no such metric');
    expect(runtimeSeries(side, 'startup', metric, 'nspawn').values).toHaveLength(9);
  });

  it('is not made of runs that differ in image, runtimes or environment', async () => {
    await keep(10);
    await keep(11, (record) => {
      record.image.digest = '0d3b5c11aa42';
      record.host.facts = { ...record.host.facts, kernel: '6.12.0' };
      record.runtimes.pop();
    });
    expect(await refusal(folder)).toMatchInlineSnapshot(`
      "mixed-runs: the runs in RUNS cannot be pooled: 2026-11-10T09-00-00Z-a1b2c3 and 2026-11-11T09-00-00Z-a1b2c3 differ in
        image digest: 9c1185a5c5e9fc54612808977ee8f548b2258d31ddadef707e4a2b3a5b2f1a10 → 0d3b5c11aa42
        runtimes: nspawn, qemu → nspawn
        kernel: 6.1.155 → 6.12.0
      hint: name a single run, or keep runs of one image and one environment in a folder of their own"
    `);
  });

  it('says what is not there, or is no record', async () => {
    expect(await refusal(join(folder, 'nothing'))).toMatchInlineSnapshot(`
      "no-record: there is no RUNS/nothing
      hint: "
    `);
    mkdirSync(join(folder, 'empty'));
    expect(await refusal(join(folder, 'empty'))).toMatchInlineSnapshot(`
      "no-record: no run.json in RUNS/empty
      hint: "
    `);
  });
});
