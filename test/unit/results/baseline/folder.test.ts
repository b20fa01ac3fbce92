import { mkdir, mkdtemp, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { TwinbootError } from '../../../../core/error.ts';
import {
  findBaseline,
  getBaseline,
  listBaselines,
  removeBaseline,
  saveBaseline,
  type Baseline,
} from '../../../../results/baseline/folder.ts';
import { compare } from '../../../../results/compare/compare.ts';
import { loadSide } from '../../../../results/compare/pool.ts';
import type { RunRecord } from '../../../../results/record.ts';
import { buildRecord } from '../../../fixtures/records/record.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'twinboot-baselines-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

const run = (): RunRecord => buildRecord({ rounds: 6, failedBoot: false });

function onOtherHost(): RunRecord {
  const record = run();
  record.host.facts.cpu = 'AMD EPYC 7R13';
  record.host.facts.kernel = '6.12.1';
  return record;
}

/** Code, message and hint, with the temporary folder called FOLDER. */
async function failure(attempt: Promise<unknown>): Promise<string> {
  const error: unknown = await attempt.catch((thrown: unknown) => thrown);
  if (!(error instanceof TwinbootError)) throw new Error('it did not fail as it should', { cause: error });
  const hint = error.hint === undefined ? '' : `\nhint: ${error.hint}`;
  return `${error.code}: ${error.message}${hint}`.replaceAll(folder, 'FOLDER');
}

describe('a baseline that was saved', () => {
  it('lies in its set, called after image and environment, as a record that compare reads', async () => {
    const { name, path } = await saveBaseline(folder, 'main', run());
    expect(name).toMatch(/^main\/debian-trixie-[0-9a-f]{12}$/);
    expect(path).toBe(join(folder, name));
    const comparison = compare(await loadSide(path), { name: 'next', records: [run()] });
    expect(new Set(comparison.rows.map(({ verdict }) => verdict))).not.toContain('missing');
    expect(comparison.structure).toEqual([]);
  });

  it('keeps every measured value, and neither warm-up, console nor cost of services', async () => {
    const record = buildRecord({ rounds: 6 });
    const { path } = await saveBaseline(folder, 'main', record);
    const text = await readFile(join(path, 'run.json'), 'utf8');
    const saved = JSON.parse(text) as RunRecord;
    const measured = record.samples.filter(({ phase }) => phase === 'measured');
    expect(saved.samples.map(({ values }) => values)).toEqual(measured.map(({ values }) => values));
    expect(text).not.toMatch(/"phase":"warmup"|consoleTail|pssBytes|emergency mode/);
    expect(text.length).toBeLessThan(JSON.stringify(record).length * 0.8);
  });

  it('is the same file for the same run, a line for each sample, and ends in a line break', async () => {
    const { path } = await saveBaseline(folder, 'main', run());
    const first = await readFile(join(path, 'run.json'), 'utf8');
    await saveBaseline(folder, 'main', run());
    expect(await readFile(join(path, 'run.json'), 'utf8')).toBe(first);
    expect(first.endsWith('}\n')).toBe(true);
    expect(first.split('\n').filter((line) => line.startsWith('{"scenario"'))).toHaveLength(6 * 2 * 3);
  });

  it('takes the place of the one before, and no other', async () => {
    await saveBaseline(folder, 'main', run());
    await saveBaseline(folder, 'release-1.2', run());
    await saveBaseline(folder, 'main', onOtherHost());
    const again = await saveBaseline(folder, 'main', { ...run(), id: 'later' });
    expect(again.replaced).toBe(run().id);
    const { baselines: all } = await listBaselines(folder);
    expect(all.map(({ name }) => name.replace(/[0-9a-f]{12}$/, 'KEY'))).toEqual([
      'main/debian-trixie-KEY',
      'main/debian-trixie-KEY',
      'release-1.2/debian-trixie-KEY',
    ]);
    expect(all.filter(({ record }) => record.id === 'later')).toHaveLength(1);
  });

  it('can be removed; what else lies there stays', async () => {
    const baseline = await saveBaseline(folder, 'main', run());
    expect(await removeBaseline(folder, 'main')).toBe(baseline.name);
    expect(await listBaselines(folder)).toEqual({ baselines: [], broken: [] });
    expect(await readdir(join(folder, 'main'))).toEqual([]);
    await saveBaseline(folder, 'main', run());
    await writeFile(join(baseline.path, 'notes.txt'), 'mine');
    await removeBaseline(folder, baseline.name).catch(() => undefined);
    expect(await readdir(baseline.path)).toEqual(['notes.txt']);
  });
});

describe('what is no baseline', () => {
  it('a run that was cut short', async () => {
    const cut = buildRecord({ rounds: 3, state: 'interrupted' });
    expect(await failure(saveBaseline(folder, 'main', cut))).toMatchInlineSnapshot(`
      "incomplete-baseline: run 20261123T090000Z-a1b2c3 was cut short: it is no baseline
      hint: save a run that ended"
    `);
  });

  it('a run without values', async () => {
    const barren = buildRecord({ rounds: 3, allFail: true });
    expect(await failure(saveBaseline(folder, 'main', barren))).toMatchInlineSnapshot(`
      "no-baseline-values: run 20261123T090000Z-a1b2c3 has no value of nspawn, qemu: it is no baseline
      hint: save a run whose boots succeeded"
    `);
  });

  it('a run that was edited by hand', async () => {
    const edited = run();
    const value = edited.samples.flatMap(({ values }) => values).find(({ unit }) => unit === 'ms');
    if (value) value.value = -1;
    expect(await failure(saveBaseline(folder, 'main', edited))).toMatch(/^impossible-value: /);
  });

  it.each(['..', '../main', 'a/b', '/etc', '', '.hidden', 'a\nb', 'x'.repeat(65)])(
    'a set called %j',
    async (set) => {
      expect(await failure(saveBaseline(folder, set, run()))).toMatch(/^bad-set-name: ".*" is no name/s);
      expect(await failure(findBaseline(folder, set, run()))).toMatch(/^bad-set-name: /);
      expect(await readdir(folder)).toEqual([]);
    },
  );

  it('leads out of the folder by the name of its image', async () => {
    const record = run();
    record.image.name = '../../../etc/passwd';
    const { name } = await saveBaseline(folder, 'main', record);
    expect(name).toMatch(/^main\/etc_passwd-[0-9a-f]{12}$|^main\/_.*etc_passwd-[0-9a-f]{12}$/);
    expect(await readdir(folder)).toEqual(['main']);
  });
});

describe('a baseline by name', () => {
  it('is found by its whole name, and by its set where that holds one', async () => {
    const saved = await saveBaseline(folder, 'main', run());
    expect((await getBaseline(folder, saved.name)).path).toBe(saved.path);
    expect((await getBaseline(folder, 'main')).path).toBe(saved.path);
  });

  it('that is not there', async () => {
    const saved = await saveBaseline(folder, 'main', run());
    const key = saved.name.replace('main/', '');
    const told = await failure(getBaseline(folder, 'mian'));
    expect(told.replaceAll(key, 'KEY')).toMatchInlineSnapshot(`
      "unknown-baseline: there is no baseline "mian"
      hint: known: main/KEY"
    `);
    expect(await failure(getBaseline(folder, '../main'))).toMatch(/^unknown-baseline: /);
  });

  it('that means several', async () => {
    await saveBaseline(folder, 'main', run());
    await saveBaseline(folder, 'main', onOtherHost());
    const told = await failure(getBaseline(folder, 'main'));
    expect(told.replaceAll(/[0-9a-f]{12}/g, 'KEY')).toMatchInlineSnapshot(`
      "unknown-baseline: 2 baselines are in "main"
      hint: known: main/debian-trixie-KEY, main/debian-trixie-KEY"
    `);
  });

  it('in a folder without any, or in none', async () => {
    expect(await failure(getBaseline(folder, 'main'))).toMatchInlineSnapshot(`
      "no-baselines: FOLDER holds no baselines
      hint: make one with: twinboot baseline save RUN"
    `);
    expect(await listBaselines(join(folder, 'nowhere'))).toEqual({ baselines: [], broken: [] });
  });
});

describe('the baseline of a run', () => {
  const told = async (record: RunRecord): Promise<string> => {
    const found = await findBaseline(folder, 'main', record);
    const text = 'baseline' in found ? found.baseline.name : found.reason;
    return text.replaceAll(folder, 'FOLDER').replaceAll(/-[0-9a-f]{12}/g, '-KEY');
  };

  it('is the one of its image and environment', async () => {
    await saveBaseline(folder, 'main', onOtherHost());
    await saveBaseline(folder, 'main', run());
    const found = await findBaseline(folder, 'main', run());
    expect('baseline' in found && found.baseline.record.host.facts).toEqual(run().host.facts);
  });

  it('may have more runtimes than the run', async () => {
    await saveBaseline(folder, 'main', run());
    expect(await told(buildRecord({ rounds: 6, runtimes: ['nspawn'] }))).toBe('main/debian-trixie-KEY');
  });

  it('of another host is refused, with what differs', async () => {
    await saveBaseline(folder, 'main', onOtherHost());
    expect(await told(run())).toMatchInlineSnapshot(
      `"no baseline for this host: main/debian-trixie-KEY differs in cpu: AMD EPYC 7R13 → Intel Xeon Platinum 8375C; kernel: 6.12.1 → 6.1.155; make one with: twinboot baseline save RUN --name main --dir FOLDER"`,
    );
  });

  it('with fewer runtimes is refused', async () => {
    await saveBaseline(folder, 'main', buildRecord({ rounds: 6, runtimes: ['nspawn'], failedBoot: false }));
    expect(await told(run())).toMatchInlineSnapshot(
      `"no baseline for this host: main/debian-trixie-KEY differs in runtime qemu: not run → run; make one with: twinboot baseline save RUN --name main --dir FOLDER"`,
    );
  });

  it('that was emulated is none of KVM', async () => {
    await saveBaseline(folder, 'main', run());
    expect(await told(buildRecord({ rounds: 6, emulated: false }))).toMatchInlineSnapshot(
      `"no baseline for this host: main/debian-trixie-KEY differs in qemu accelerator: tcg → kvm; make one with: twinboot baseline save RUN --name main --dir FOLDER"`,
    );
  });

  it('of another image is none', async () => {
    await saveBaseline(folder, 'main', { ...run(), image: { ...run().image, name: 'bookworm' } });
    expect(await told(run())).toMatchInlineSnapshot(
      `"no baseline of image debian-trixie in FOLDER; make one with: twinboot baseline save RUN --name main --dir FOLDER"`,
    );
  });

  it('that is broken is said, not passed over', async () => {
    const { path } = await saveBaseline(folder, 'main', run());
    await writeFile(join(path, 'run.json'), '<<<<<<< HEAD\n');
    expect(await failure(findBaseline(folder, 'main', run()))).toMatch(
      /^broken-record: FOLDER\/main\/.* is not JSON/,
    );
    await mkdir(join(folder, 'empty'));
  });
});

describe('a baseline that cannot be read', () => {
  let broken: Baseline;
  beforeEach(async () => {
    broken = await saveBaseline(folder, 'main', onOtherHost());
    await writeFile(join(broken.path, 'run.json'), '<<<<<<< HEAD\n');
    await saveBaseline(folder, 'main', run());
  });

  it('costs no other: neither a list, nor a save, nor a search that finds one', async () => {
    const listed = await listBaselines(folder);
    expect(listed.baselines.map(({ record }) => record.id)).toEqual([run().id]);
    expect(listed.broken).toMatchObject([{ name: broken.name, error: { code: 'broken-record' } }]);
    expect(await findBaseline(folder, 'main', run())).toHaveProperty('baseline');
    expect((await saveBaseline(folder, 'main', run())).replaced).toBe(run().id);
  });

  it('is refused by its name, and can be replaced and removed', async () => {
    expect(await failure(getBaseline(folder, broken.name))).toMatch(/^broken-record: /);
    expect(await saveBaseline(folder, 'main', onOtherHost())).not.toHaveProperty('replaced');
    await writeFile(join(broken.path, 'run.json'), '');
    expect(await removeBaseline(folder, broken.name)).toBe(broken.name);
    expect((await listBaselines(folder)).broken).toEqual([]);
  });
});

// A folder of baselines is committed, and a pull request may have changed it.
describe('a folder of baselines with a link in it', () => {
  it('leads neither a save nor a reading out of it', async () => {
    const { name } = await saveBaseline(folder, 'main', run());
    const outside = await mkdtemp(join(tmpdir(), 'twinboot-outside-'));
    onTestFinished(() => rm(outside, { recursive: true }));
    await rename(join(folder, 'main'), join(outside, 'main'));
    await symlink(join(outside, 'main'), join(folder, 'main'));
    const before = await readFile(join(outside, name, 'run.json'), 'utf8');
    const refused = { code: 'link-in-the-way' };
    await expect(saveBaseline(folder, 'main', run())).rejects.toMatchObject(refused);
    await expect(listBaselines(folder)).rejects.toMatchObject(refused);
    expect(await readFile(join(outside, name, 'run.json'), 'utf8')).toBe(before);
  });

  it('has no folder made where a set leads out of it', async () => {
    const outside = await mkdtemp(join(tmpdir(), 'twinboot-outside-'));
    onTestFinished(() => rm(outside, { recursive: true }));
    await symlink(outside, join(folder, 'main'));
    await expect(saveBaseline(folder, 'main', run())).rejects.toMatchObject({ code: 'link-in-the-way' });
    expect(await readdir(outside)).toEqual([]);
  });
});
