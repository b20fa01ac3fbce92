import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunRecord } from '../../../../results/record.ts';
import { writeRecord } from '../../../../results/store.ts';
import type { RecordOptions } from '../../../fixtures/records/record.ts';
import { buildSide, scale, setService } from '../../../fixtures/records/sides.ts';
import { twinboot, type Told } from '../../../support/terminal.ts';

let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'twinboot-test-'));
  await keep('base', { seed: 1 });
  await keep('same', { seed: 2 });
  await keep('slow', { seed: 2 }, (record) => {
    scale(record, 'nspawn', 'startup.ready', 1.25);
    setService(record, 'nspawn', 'systemd-udevd.service', { state: 'running' });
    record.image.packages.push({ name: 'cron', version: '3.0' });
  });
});

afterAll(() => rmSync(folder, { recursive: true }));

async function keep(
  name: string,
  options: RecordOptions = {},
  bend: (record: RunRecord) => void = () => undefined,
): Promise<string> {
  const path = join(folder, name);
  mkdirSync(path, { recursive: true });
  const [record] = buildSide(name, { rounds: 20, ...options }, bend).records;
  await writeRecord(path, record);
  return path;
}

async function compared(base: string, next: string, ...words: string[]): Promise<Told> {
  const told = await twinboot(['compare', join(folder, base), join(folder, next), ...words]);
  const clean = (text: string): string => text.replaceAll(folder, 'runs');
  return { ...told, out: clean(told.out), notes: clean(told.notes) };
}

describe('twinboot compare', () => {
  it('prints a table whose last line says why it fails, and exits with 1', async () => {
    const { exitCode, out, notes } = await compared('base', 'slow');
    expect(out).toMatchInlineSnapshot(`
      "BASE  runs/base: run run-base, 2026-11-23 09:00 UTC, image debian-trixie (9c1185a5c5e9)
      NEW   runs/slow: run run-slow, 2026-11-23 09:00 UTC, image debian-trixie (9c1185a5c5e9)

      metric                  BASE       NEW       NEW/BASE [95 %]       p  verdict
      nspawn  (n = 20 and 20)
        ✗ startup.ready     448 ms    561 ms     1.25 [1.24, 1.27]  <0.001  regression
        ✓ startup.cpu       602 ms    599 ms  0.995 [0.980, 1.012]       1  pass
        ✓ shutdown.total    204 ms    206 ms     1.01 [0.99, 1.01]       1  pass
        ✓ memory.total    18.0 MiB  17.9 MiB  0.998 [0.993, 1.004]       1  pass
        ✓ memory.peak     24.0 MiB  23.9 MiB  0.997 [0.989, 1.004]       1  pass
        ✓ memory.pss      11.0 MiB  11.0 MiB  0.997 [0.985, 1.011]       1  pass
      qemu *  (n = 20 and 20)
        ✓ startup.ready     14.2 s    14.3 s     1.01 [0.99, 1.02]       1  pass
        ✓ startup.cpu       14.9 s    15.0 s     1.00 [0.99, 1.02]       1  pass
        ✓ shutdown.total    2.10 s    2.10 s     1.00 [0.99, 1.01]       1  pass
        ✓ memory.total     519 MiB   519 MiB     1.00 [0.99, 1.01]       1  pass
        ✓ memory.peak      549 MiB   549 MiB     1.00 [0.99, 1.01]       1  pass
        ✓ memory.pss       499 MiB   499 MiB     1.00 [0.99, 1.01]       1  pass
      qemu / nspawn *  (n = 20 and 20)
        ✓ startup.ready       31.7      25.4  0.801 [0.790, 0.811]  <0.001  pass
        ✓ startup.cpu         24.7      25.0     1.01 [0.99, 1.02]       1  pass
        ✓ shutdown.total      10.2      10.2     1.00 [0.98, 1.02]       1  pass
        ✓ memory.total        28.9      28.9  0.998 [0.990, 1.009]       1  pass
        ✓ memory.peak         22.9      22.9     1.00 [0.99, 1.01]       1  pass
        ✓ memory.pss          45.4      45.2  0.997 [0.988, 1.019]       1  pass
        ! startup.ready: the ratio moved because nspawn got worse (1.25 times what it was), not qemu (1.01 times what it was)

      What took longer before startup.ready of nspawn
        phase multi-user to ready: 132 ms, was 19.9 ms (+112 ms)
        packages of the image: cron 3.0 added

      Structural differences
        - the packages of the image: 1 added (cron 3.0) [packages]
        - systemd-udevd.service now runs in nspawn (was skipped: ConditionPathIsReadWrite=/sys) [service-appeared]

      Medians. p: permutation test, corrected over all rows (Holm); least effect 5 %, alpha 0.05.
      A VM / a container: the median of the ratios by round.
      * emulated (TCG): not a KVM figure

      Fails: 1 regression: startup.ready of nspawn: 1.25 times BASE [1.24, 1.27]."
    `);
    expect(notes).toBe(
      'The two differ: 1 figure of 18 (startup.ready of nspawn) and 2 structural differences.',
    );
    expect(exitCode).toBe(1);
  });

  it('exits with 0 where nothing is shown to be worse', async () => {
    const { exitCode, out } = await compared('base', 'same');
    expect(out.split('\n').at(-1)).toMatch(/^Passes: no figure of 18 is shown to be worse by 5 % or more/u);
    expect(exitCode).toBe(0);
  });

  it('fails on what --fail-on names, and on nothing else', async () => {
    expect((await compared('base', 'slow', '--fail-on', 'missing')).exitCode).toBe(0);
    expect((await compared('base', 'slow', '--fail-on', 'service-appeared')).exitCode).toBe(1);
    expect((await compared('base', 'slow', '--fail-on', 'image-kernel')).exitCode).toBe(0);
    expect((await compared('base', 'same', '--fail-on', 'structure')).exitCode).toBe(0);
  });

  it('takes a least effect as a share or in per cent', async () => {
    for (const effect of ['40%', '0.4']) {
      expect((await compared('base', 'slow', '--min-effect', effect)).exitCode).toBe(0);
    }
    expect((await compared('base', 'slow', '--min-effect', '2.5%')).exitCode).toBe(1);
  });

  it.each(['json', 'markdown', 'junit', 'github'])(
    'prints nothing but the document with --format %s, and the verdict beside it',
    async (format) => {
      const { exitCode, out, notes } = await compared('base', 'slow', '--format', format);
      expect(out).toMatch(
        { json: /^\{\n/u, markdown: /^## /u, junit: /^<\?xml /u, github: /^::error /u }[format] ?? /^$/u,
      );
      expect(notes).toMatch(/^Fails: 1 regression/u);
      expect(exitCode).toBe(1);
    },
  );

  it('pools a folder of runs', async () => {
    for (const seed of [11, 12]) await keep(join('pool', `run-${seed}`), { seed, rounds: 10 });
    const { out } = await compared('pool', 'same', '--format', 'json');
    const { base, rows } = JSON.parse(out) as {
      base: { records: string[] };
      rows: { base: { n: number } }[];
    };
    expect(base.records).toEqual([join('run-pool', 'run-11'), join('run-pool', 'run-12')]);
    expect(new Set(rows.map((row) => row.base.n))).toEqual(new Set([20]));
  });

  it('compares across environments with --force, and marks every line', async () => {
    await keep('elsewhere', { seed: 2 }, (record) => {
      record.host.facts = { ...record.host.facts, kernel: '6.12.0' };
    });
    const { exitCode, out } = await compared('base', 'elsewhere', '--force');
    expect(exitCode).toBe(0);
    expect(out.match(/^ {2}\S [a-z]+\.[a-z]+ †/gmu)).toHaveLength(18);
    expect(out).toContain('† compared across different environments: kernel: 6.1.155 → 6.12.0');
  });

  it('says after one round that there is no interval, and fails on nothing', async () => {
    await keep('one', { seed: 2, rounds: 1 });
    const { exitCode, out } = await compared('base', 'one', '--metric', 'startup.ready');
    expect(out).toMatchInlineSnapshot(`
      "! 1 round beside 20 of BASE cannot show a change of any size: one value is not tested; 5 rounds a side can, or 2 beside BASE as it is

      BASE  runs/base: run run-base, 2026-11-23 09:00 UTC, image debian-trixie (9c1185a5c5e9)
      NEW   runs/one: run run-one, 2026-11-23 09:00 UTC, image debian-trixie (9c1185a5c5e9)

      metric               BASE     NEW  NEW/BASE [95 %]  p  verdict
      nspawn  (n = 20 and 1)
        ? startup.ready  448 ms  447 ms                –  –  inconclusive, ~4 more
        ! one value in NEW: no interval, no test
      qemu *  (n = 20 and 1)
        ? startup.ready  14.2 s  14.0 s                –  –  inconclusive, ~4 more
        ! one value in NEW: no interval, no test
      qemu / nspawn *  (n = 20 and 1)
        ? startup.ready    31.7    31.2                –  –  inconclusive, ~4 more
        ! one value in NEW: no interval, no test

      Medians. p: permutation test, corrected over all rows (Holm); least effect 5 %, alpha 0.05.
      A VM / a container: the median of the ratios by round.
      ~n more: about so many more rounds a side would decide
      * emulated (TCG): not a KVM figure

      Undecided: no figure of 3 is shown to be worse by 5 % or more; 3 inconclusive (about 4 more rounds a side would decide)."
    `);
    expect(exitCode).toBe(0);
  });
});

describe('twinboot compare, given what cannot be compared', () => {
  const cases: [string, () => Promise<Told>][] = [
    ['no record', () => compared('base', 'nothing')],
    ['another environment', () => compared('base', 'elsewhere')],
    ['no common runtime', () => compared('container', 'vm')],
    ['no common metric', () => compared('startup', 'memory')],
    ['a BASE whose boots all failed', () => compared('failed', 'base')],
    ['an unknown metric', () => compared('base', 'same', '--metric', 'memory.totl')],
    ['an unknown thing to fail on', () => compared('base', 'same', '--fail-on', 'packges')],
    ['a least effect that is none', () => compared('base', 'same', '--min-effect', '5')],
    ['an alpha of 0', () => compared('base', 'same', '--alpha', '0')],
    ['an unknown form', () => compared('base', 'same', '--format', 'xml')],
    ['a negative time', () => compared('base', 'negative')],
  ];

  beforeAll(async () => {
    await keep('container', { runtimes: ['nspawn'] });
    await keep('vm', { runtimes: ['qemu'] });
    await keep('startup', { scenarios: ['startup'] });
    await keep('memory', { scenarios: ['memory'] });
    await keep('failed', { allFail: true });
    await edited('negative', '-3');
    await edited('nan', 'NaN');
    await edited('null', 'null');
  });

  /** A record in whose file somebody put something else for the first CPU time. */
  async function edited(name: string, value: string): Promise<void> {
    const file = join(await keep(name, { seed: 2, rounds: 2 }), 'run.json');
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.replace(/("metric":"startup.cpu","unit":"ms","value":)[\d.]+/u, `$1${value}`));
  }

  it.each(cases)('%s', async (_, told) => {
    const { exitCode, out, notes } = await told();
    expect(exitCode).toBe(2);
    expect(out).toBe('');
    expect(notes).toMatchSnapshot();
    expect(notes).not.toContain('    at ');
  });

  it('a record with NaN in it, which is no JSON', async () => {
    const { exitCode, notes } = await compared('base', 'nan');
    expect(exitCode).toBe(2);
    expect(notes).toMatchInlineSnapshot(
      `"error: runs/nan/run.json is not JSON: it goes wrong at byte 8424 (line 14)"`,
    );
  });

  it('a record with null in the place of a number', async () => {
    const { exitCode, notes } = await compared('base', 'null');
    expect(exitCode).toBe(2);
    expect(notes).toMatchInlineSnapshot(`
      "error: runs/null/run.json is not as its schema says:
        samples[0].values[8].value: Invalid input: expected number, received null; found null"
    `);
  });
});
