import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { History } from '../../../../results/history/history.ts';
import type { RunRecord } from '../../../../results/record.ts';
import { buildRecords, eventfulRecords } from '../../../fixtures/records/history.ts';
import { twinboot } from '../../../support/terminal.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'twinboot-history-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** Writes a folder of run folders, and says where. */
async function keep(name: string, records: readonly RunRecord[]): Promise<string> {
  for (const record of records) {
    const path = join(folder, name, record.id);
    await mkdir(path, { recursive: true });
    await writeFile(join(path, 'run.json'), JSON.stringify(record));
  }
  return join(folder, name);
}

/** What `twinboot history …` prints, with the temporary folder taken out. */
async function history(...words: string[]): Promise<string> {
  const { exitCode, out } = await twinboot(['history', ...words]);
  expect(exitCode).toBe(0);
  return out.replaceAll(folder, 'DIR');
}

describe('twinboot history', () => {
  it('tells a step from a creep from noise, and names what else changed', async () => {
    const path = await keep('eventful', eventfulRecords());
    expect(await history(path, '--metric', 'startup.ready', '--metric', 'memory.total'))
      .toMatchInlineSnapshot(`
        "40 runs, 2026-10-01 to 2026-11-09

        metric           runs     first      last  change  finding
        nspawn
          startup.ready    40    450 ms    511 ms   +14 %  step of +13 % at 2026-10-25 (worse)
          memory.total     40  18.2 MiB  17.7 MiB  −3.0 %  steady
        qemu *
          startup.ready    40    14.2 s    13.9 s  −2.2 %  steady
          memory.total     40   517 MiB   590 MiB   +14 %  creep of +0.49 % a run since 2026-10-11, +14 % in all (worse)
        qemu / nspawn *
          startup.ready    40      32.0      27.2   −15 %  step of −12 % at 2026-10-25
          memory.total     40      28.4      33.3   +17 %  creep of +0.52 % a run since 2026-10-12, +14 % in all

        Where it changed
          between 2026-10-24T03-00-00Z-000023 and 2026-10-25T03-00-00Z-000024: twinboot 0.1.0 → 0.2.0; image 9c1185a5c5e9 → 77aa77aa77aa; the packages of the image: 1 changed (systemd 1.5-1 → 1.9-1)
            startup.ready of nspawn, startup.ready of qemu / nspawn
          all along from 2026-10-11T03-00-00Z-000010 to 2026-11-09T03-00-00Z-000039: twinboot 0.1.0 → 0.2.0; image 9c1185a5c5e9 → 77aa77aa77aa; the packages of the image: 1 changed (systemd 1.5-1 → 1.9-1)
            memory.total of qemu
          all along from 2026-10-12T03-00-00Z-000011 to 2026-11-09T03-00-00Z-000039: twinboot 0.1.0 → 0.2.0; image 9c1185a5c5e9 → 77aa77aa77aa; the packages of the image: 1 changed (systemd 1.5-1 → 1.9-1)
            memory.total of qemu / nspawn

        Changes: E-divisive with a permutation test over the medians of runs, false discovery rate 5 % over all series, least effect 5 %; a step or a creep by the Bayesian information criterion.
        * emulated (TCG): not a KVM figure"
      `);
  });

  it('says what it left out and why, and goes on', async () => {
    const path = await keep('mixed', buildRecords({ runs: 9, runtimes: ['nspawn'], scenarios: ['startup'] }));
    await mkdir(join(path, 'broken'));
    await writeFile(join(path, 'broken', 'run.json'), '{"schema": ');
    await mkdir(join(path, 'copies'));
    const [first] = buildRecords({ runs: 1, runtimes: ['nspawn'], scenarios: ['startup'] });
    await writeFile(join(path, 'copies', 'main.json'), JSON.stringify(first));
    await writeFile(join(path, 'package.json'), '{"name": "not a record"}');
    const told = await history(path, '--metric', 'startup.ready');
    expect(told.split('\n\n')[2]).toMatchInlineSnapshot(`
      "! left out DIR/mixed/broken/run.json: is cut off: it ends at byte 11 (line 1) in the middle of its JSON
      ! left out DIR/mixed/copies/main.json: the same run as DIR/mixed/2026-10-01T03-00-00Z-000000/run.json"
    `);
    expect(told).toContain('9 runs, 2026-10-01 to 2026-10-09');
  });

  it('takes runs of another environment as a series of its own', async () => {
    const records = buildRecords({
      runs: 20,
      runtimes: ['nspawn'],
      scenarios: ['startup'],
      factor: (run) => (run < 10 ? 1 : 2),
      bend: ({ host, plan }, run) => {
        if (run < 10) return;
        host.facts.kernel = '6.12.57';
        plan.cpus = 4;
      },
    });
    const path = await keep('moved', records);
    expect(await history(path, '--metric', 'startup.ready')).toMatchInlineSnapshot(`
      "20 runs, 2026-10-01 to 2026-10-20

      metric           runs   first    last  change  finding
      nspawn, kernel 6.1.155, cpu limit 2
        startup.ready    10  456 ms  451 ms  −1.0 %  steady
      nspawn, kernel 6.12.57, cpu limit 4
        startup.ready    10  889 ms  907 ms  +2.1 %  steady

      Changes: E-divisive with a permutation test over the medians of runs, false discovery rate 5 % over all series, least effect 5 %; a step or a creep by the Bayesian information criterion."
    `);
  });

  it('cannot tell yet with few runs', async () => {
    const path = await keep('few', buildRecords({ runs: 3, scenarios: ['startup'] }));
    expect(await history(path, '--metric', 'startup.ready')).toMatchInlineSnapshot(`
      "3 runs, 2026-10-01 to 2026-10-03

      metric           runs   first    last  change  finding
      nspawn
        startup.ready     3  449 ms  443 ms  −1.3 %  too few to tell: 3 of 8 runs
      qemu *
        startup.ready     3  14.1 s  13.6 s  −3.3 %  too few to tell: 3 of 8 runs
      qemu / nspawn *
        startup.ready     3    31.4    30.8  −1.8 %  too few to tell: 3 of 8 runs

      Changes: E-divisive with a permutation test over the medians of runs, false discovery rate 5 % over all series, least effect 5 %; a step or a creep by the Bayesian information criterion.
      * emulated (TCG): not a KVM figure"
    `);
  });

  it('as JSON: the same, with every figure', async () => {
    const path = await keep('json', eventfulRecords());
    const found = JSON.parse(await history(path, '--json')) as History;
    const ready = found.series.find(
      ({ metric, subject }) => metric === 'startup.ready' && subject === 'nspawn',
    );
    expect(ready?.points).toHaveLength(40);
    expect(ready?.points[0]).toMatchObject({ n: 5, interval: { low: expect.any(Number) as number } });
    expect(ready?.finding.changes[0]).toMatchObject({
      kind: 'step',
      before: 23,
      after: 24,
      direction: 'worse',
    });
    const changed = found.series.filter(
      ({ kind, finding }) => kind !== 'vm-over-container' && finding.verdict === 'changed',
    );
    expect(changed.map(({ metric, subject }) => `${metric} of ${subject}`)).toMatchInlineSnapshot(`
      [
        "startup.ready of nspawn",
        "startup.cpu of nspawn",
        "memory.total of qemu",
        "memory.peak of qemu",
        "memory.pss of qemu",
      ]
    `);
  });

  it('writes the page into the folder, or where it is told', async () => {
    const path = await keep('page', buildRecords({ runs: 3, scenarios: ['startup'] }));
    await history(path, '--html');
    expect(await readFile(join(path, 'history.html'), 'utf8')).toContain('history of 3 runs');
    const { notes } = await twinboot(['history', path, '--html', join(folder, 'new', 'page.html')]);
    expect(notes).toBe(`page  ${join(folder, 'new', 'page.html')}`);
  });

  it.each([
    ['a folder that is not there', ['missing'], 'there is no missing'],
    ['an unknown metric', ['FEW', '--metric', 'startup.redy'], 'neither record has a metric "startup.redy"'],
    ['a folder without runs', ['EMPTY'], 'no run folder and no record in EMPTY'],
    ['nothing but broken records', ['BROKEN'], 'none of 1 records in BROKEN can be read'],
  ])('says so at %s', async (_, words, message) => {
    const few = await keep('few', buildRecords({ runs: 3, scenarios: ['startup'] }));
    await mkdir(join(folder, 'empty'), { recursive: true });
    await mkdir(join(folder, 'broken'), { recursive: true });
    await writeFile(join(folder, 'broken', 'run.json'), 'no');
    const places: Record<string, string> = {
      FEW: few,
      EMPTY: join(folder, 'empty'),
      BROKEN: join(folder, 'broken'),
    };
    const { exitCode, notes } = await twinboot(['history', ...words.map((word) => places[word] ?? word)]);
    expect(exitCode).toBe(2);
    const found = Object.entries(places).reduce((text, [name, path]) => text.replaceAll(path, name), notes);
    expect(found).toContain(message);
  });
});
