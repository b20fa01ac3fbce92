import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RunRecord } from '../../../../results/record.ts';
import { buildRecord } from '../../../fixtures/records/record.ts';
import { twinboot, type Told } from '../../../support/terminal.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'twinboot-baseline-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** What was said, with what differs from place to place called by a name. */
const plain = (text: string): string =>
  text
    .replaceAll(/\S*twinboot-baseline-[^/\s]+/g, 'FOLDER')
    .replaceAll(/-[0-9a-f]{12}/g, '-KEY')
    .replaceAll(/ +$/gm, '');

function keep(record: RunRecord): string {
  const run = join(folder, 'runs', record.id);
  mkdirSync(run, { recursive: true });
  writeFileSync(join(run, 'run.json'), JSON.stringify(record));
  return run;
}

function baseline(...words: string[]): Promise<Told> {
  return twinboot(['baseline', ...words, '--dir', join(folder, 'baselines')]);
}

const record = (): RunRecord => buildRecord({ rounds: 6, failedBoot: false });

describe('twinboot baseline', () => {
  it('saves a run, lists, shows and removes it', async () => {
    const saved = await baseline('save', keep(record()));
    expect(saved.exitCode).toBe(0);
    expect(plain(saved.out)).toMatchInlineSnapshot(
      `"saved as main/debian-trixie-KEY: commit FOLDER/baselines/main/debian-trixie-KEY"`,
    );

    const again = await baseline('save', keep(record()));
    expect(plain(again.out)).toMatchInlineSnapshot(
      `"saved as main/debian-trixie-KEY, in place of run 20261123T090000Z-a1b2c3: commit FOLDER/baselines/main/debian-trixie-KEY"`,
    );

    const listed = await baseline('list');
    expect(plain(listed.out)).toMatchInlineSnapshot(
      `"main/debian-trixie-KEY  2026-11-23  6 rounds  nspawn qemu  Intel(R) Xeon(R) Platinum 8375C CPU @ 2.90GHz"`,
    );

    const shown = await baseline('show', 'main');
    expect(plain(shown.out)).toMatch(/^main\/debian-trixie-KEY\nrun \S+, image debian-trixie, in FOLDER/);
    expect(shown.out).toContain('startup.ready');
    expect(shown.out).toContain('holds for\n  arch: x86_64');

    expect(plain((await baseline('rm', 'main')).out)).toMatchInlineSnapshot(
      `"removed main/debian-trixie-KEY"`,
    );
    expect(plain((await baseline('list')).out)).toMatchInlineSnapshot(
      `"FOLDER/baselines holds no baselines; make one with: twinboot baseline save RUN"`,
    );
  });

  it('keeps sets apart', async () => {
    await baseline('save', keep(record()));
    await baseline('save', keep(record()), '--name', 'release-1.2');
    const { out } = await baseline('list', '--json');
    const names = (JSON.parse(out) as { name: string }[]).map(({ name }) => plain(name));
    expect(names).toEqual(['main/debian-trixie-KEY', 'release-1.2/debian-trixie-KEY']);
  });

  it('says everything as JSON too', async () => {
    await baseline('save', keep(record()));
    const { out } = await baseline('show', 'main', '--json');
    expect(JSON.parse(out)).toMatchObject({
      run: record().id,
      image: 'debian-trixie',
      runtimes: ['nspawn', 'qemu'],
      environment: { 'cpu limit': '2', 'qemu accelerator': 'tcg' },
    });
  });
});

describe('twinboot baseline, given nonsense', () => {
  it('a run that is not there', async () => {
    const told = await baseline('save', join(folder, 'nowhere'));
    expect(told.exitCode).toBe(2);
    expect(plain(told.notes)).toMatchInlineSnapshot(`"error: there is no FOLDER/nowhere"`);
  });

  it('a name that leads out of the folder', async () => {
    const told = await baseline('save', keep(record()), '--name', '../../elsewhere');
    expect(told.exitCode).toBe(2);
    expect(plain(told.notes)).toMatchInlineSnapshot(`
      "error: "../../elsewhere" is no name for a set of baselines
      hint: letters, digits, dots, dashes and underscores, such as main or release-1.2"
    `);
    expect(existsSync(join(folder, 'baselines'))).toBe(false);
  });

  it('a run without values', async () => {
    const told = await baseline('save', keep(buildRecord({ rounds: 2, allFail: true })));
    expect(told.exitCode).toBe(2);
    expect(plain(told.notes)).toMatchInlineSnapshot(`
      "error: run 20261123T090000Z-a1b2c3 has no value of nspawn, qemu: it is no baseline
      hint: save a run whose boots succeeded"
    `);
  });

  it.each(['show', 'rm'])('%s of a baseline that is not there', async (command) => {
    await baseline('save', keep(record()));
    const told = await baseline(command, 'mian');
    expect(told.exitCode).toBe(2);
    expect(plain(told.notes)).toMatch(
      /^error: there is no baseline "mian"\nhint: .*main\/debian-trixie-KEY$/,
    );
  });

  it('a folder that cannot be written', async () => {
    writeFileSync(join(folder, 'file'), '');
    const told = await twinboot(['baseline', 'save', keep(record()), '--dir', join(folder, 'file', 'below')]);
    expect(told.exitCode).toBe(2);
    expect(told.notes).toContain('cannot write');
    expect(told.notes).not.toContain('    at ');
  });
});
