import { createHash } from 'node:crypto';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { renderReport } from '../../../report/render.ts';
import { publish } from '../../../harness/cli/publish.ts';
import { exports } from '../../../results/export/registry.ts';
import type { RunRecord } from '../../../results/record.ts';
import { summarise } from '../../../results/summary.ts';
import { fleetRecord } from '../../fixtures/records/fleet.ts';
import { buildRecord } from '../../fixtures/records/record.ts';

vi.mock(import('../../../report/render.ts'), async (original) => {
  const module = await original();
  return { ...module, renderReport: vi.fn(module.renderReport) };
});

let folder: string;
let notes: string[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'twinboot-publish-'));
  notes = [];
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

async function published(name: string, record: RunRecord): Promise<string> {
  const run = join(folder, name);
  mkdirSync(run, { recursive: true });
  await publish(record, summarise(record), run, (message) => notes.push(message));
  return run;
}

/** Every file below a folder with the digest of what is in it; the drawing library numbers the ids of an SVG on. */
function contents(run: string): Record<string, string> {
  const names = readdirSync(run, { recursive: true, encoding: 'utf8' }).sort();
  const digestOf = (name: string): string => {
    const bytes = readFileSync(join(run, name));
    const shown = name.endsWith('.svg') ? String(bytes).replaceAll(/(id="|#)[\w-]+/g, '$1') : bytes;
    return createHash('sha256').update(shown).digest('hex');
  };
  const files = names.filter((name) => statSync(join(run, name)).isFile());
  return Object.fromEntries(files.map((name) => [name, digestOf(name)]));
}

describe('what is made from a record', { timeout: 60_000 }, () => {
  it('is all of the record as it is now, whatever an earlier state had made', async () => {
    const now = buildRecord({ rounds: 3 });
    const used = await published('used', fleetRecord());
    const before = Object.keys(contents(used));
    await published('used', now);
    const after = contents(used);
    expect(after).toEqual(contents(await published('fresh', now)));
    expect(before.filter((name) => !(name in after))).toContain('report/charts/density-growth.png');
  });

  it('leaves what others have put beside it', async () => {
    const run = join(folder, 'run');
    mkdirSync(join(run, 'report'), { recursive: true });
    for (const name of ['run.json', 'notes.txt', 'report/plan.html']) writeFileSync(join(run, name), 'mine');
    await published('run', buildRecord({ rounds: 2 }));
    for (const name of ['run.json', 'notes.txt', 'report/plan.html'])
      expect(readFileSync(join(run, name), 'utf8')).toBe('mine');
  });

  it('follows no link that somebody has put into the run folder', async () => {
    const [run, outside] = [join(folder, 'run'), join(folder, 'outside')];
    for (const path of [run, outside]) mkdirSync(path);
    for (const name of ['index.html', 'samples.csv']) writeFileSync(join(outside, name), 'of the host');
    symlinkSync(join(outside, 'samples.csv'), join(run, 'samples.csv'));
    await published('run', buildRecord({ rounds: 2 }));
    rmSync(join(run, 'report'), { recursive: true });
    symlinkSync(outside, join(run, 'report'));
    await expect(published('run', buildRecord({ rounds: 2 }))).rejects.toMatchObject({
      code: 'link-in-the-way',
    });
    for (const name of ['index.html', 'samples.csv'])
      expect(readFileSync(join(outside, name), 'utf8')).toBe('of the host');
  });

  it('is without an export that fails, and without that of an earlier state', async () => {
    const record = buildRecord({ rounds: 2 });
    const whole = contents(await published('run', record));
    const [samples] = exports;
    if (samples === undefined) throw new Error('there is no export');
    vi.spyOn(samples, 'render').mockImplementation(() => {
      throw new Error('a value that no CSV holds');
    });
    const others = Object.entries(whole).filter(([name]) => name !== samples.fileName);
    expect(contents(await published('run', record))).toEqual(Object.fromEntries(others));
    expect(notes).toEqual([`no ${samples.fileName}: a value that no CSV holds`]);
  });

  it('stays as it was where not all of it can be written', async () => {
    const run = await published('run', buildRecord({ rounds: 2 }));
    const before = contents(run);
    const full = Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
    vi.mocked(renderReport).mockRejectedValueOnce(full);
    await expect(published('run', buildRecord({ rounds: 3 }))).rejects.toMatchObject({ code: 'disk-full' });
    expect(contents(run)).toEqual(before);
  });
});
