import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { strFromU8, unzipSync } from 'fflate';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { RunRecord } from '../../../../results/record.ts';
import { densityRecord } from '../../../fixtures/records/density.ts';
import { buildRecord } from '../../../fixtures/records/record.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';
import { twinboot, type Told } from '../../../support/terminal.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

function saved(record: RunRecord): string {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'run.json'), JSON.stringify(record, undefined, 1));
  return folder;
}

/** The files of the archive of a run, without the name of its folder. */
async function archived(
  run: string,
): Promise<{ files: Record<string, Uint8Array>; zip: Buffer; told: Told }> {
  const out = join(temporaryFolder(), 'a.zip');
  const told = await twinboot(['archive', run, '--out', out]);
  expect(told.exitCode).toBe(0);
  const zip = readFileSync(out);
  const files = Object.entries(unzipSync(zip)).map(([path, content]) => [
    path.replace(/^[^/]+\//, ''),
    content,
  ]);
  return { files: Object.fromEntries(files) as Record<string, Uint8Array>, zip, told };
}

const textOf = (files: Record<string, Uint8Array>, path: string): string =>
  strFromU8(files[path] ?? new Uint8Array());

interface DataPackage {
  resources: {
    path: string;
    bytes: number;
    hash: string;
    schema: { fields: { name: string; type?: string; description?: string }[] };
  }[];
}

describe('twinboot archive', { timeout: 60_000 }, () => {
  it('gives the same bytes twice, in whatever zone, and keeps the record to the byte', async () => {
    const run = saved(buildRecord());
    const { zip, files } = await archived(run);
    vi.stubEnv('TZ', 'Pacific/Auckland');
    expect((await archived(run)).zip.equals(zip)).toBe(true);
    expect(Buffer.from(files['run.json'] ?? []).equals(readFileSync(join(run, 'run.json')))).toBe(true);
    const paths = Object.keys(files);
    expect(paths).toEqual([...paths].sort());
  });

  it.each([
    ['boots', () => buildRecord()],
    ['a fleet', () => densityRecord()],
  ])('describes every column of every table of %s, and every value is of its type', async (_, record) => {
    const { files } = await archived(saved(record()));
    const { resources } = JSON.parse(textOf(files, 'datapackage.json')) as DataPackage;
    expect(resources.map(({ path }) => path)).toEqual(
      Object.keys(files)
        .filter((path) => path.endsWith('.csv'))
        .sort(byPlace(resources)),
    );
    for (const { path, bytes, hash, schema } of resources) {
      const content = Buffer.from(files[path] ?? []);
      expect(content.length).toBe(bytes);
      expect(hash).toBe(`sha256:${createHash('sha256').update(content).digest('hex')}`);
      const rows = parse<Record<string, string>>(content, { columns: true });
      for (const { name, type, description } of schema.fields) {
        expect(description, `${path}: ${name}`).toBeDefined();
        const values = rows.map((row) => row[name]).filter((value) => value !== '');
        const isNumber = type === 'number' || type === 'integer';
        if (isNumber) expect(values.filter((value) => !Number.isFinite(Number(value)))).toEqual([]);
        if (type === 'boolean')
          expect(values.filter((value) => !/^(true|false)$/.test(value ?? ''))).toEqual([]);
      }
    }
  });

  it('has every figure with what it draws, tables for LaTeX, and lists all of it', async () => {
    const { files } = await archived(saved(buildRecord()));
    for (const ending of ['svg', 'png', 'csv', 'dat']) {
      expect(Object.keys(files)).toContain(`figures/startup-ladder.${ending}`);
      expect(files[`figures/startup-ladder.${ending}`]?.length).toBeGreaterThan(100);
    }
    expect(textOf(files, 'tables/headline-1.tex')).toContain('\\begin{tabular}');
    const crate = JSON.parse(textOf(files, 'ro-crate-metadata.json')) as {
      '@graph': { '@id': string; '@type': string; hasPart?: { '@id': string }[] }[];
    };
    const entities = new Set(crate['@graph'].map((entity) => entity['@id']));
    const parts = crate['@graph'].find((entity) => entity['@id'] === './')?.hasPart ?? [];
    expect(parts.map((part) => part['@id']).sort()).toEqual(
      Object.keys(files).filter((path) => path !== 'ro-crate-metadata.json'),
    );
    expect(parts.every((part) => entities.has(part['@id']))).toBe(true);
  });

  it('replaces no file', async () => {
    const run = saved(buildRecord());
    const out = join(temporaryFolder(), 'a.zip');
    writeFileSync(out, 'mine');
    const { exitCode, notes } = await twinboot(['archive', run, '--out', out]);
    expect(exitCode).toBe(2);
    expect(notes).toContain('is there already');
    expect(readFileSync(out, 'utf8')).toBe('mine');
  });

  it('says of a run that is not complete that it is not, and of an older record what it lacks', async () => {
    const { files, told } = await archived(saved({ ...buildRecord(), state: 'interrupted' }));
    expect(told.notes).toContain('the run is not complete (interrupted)');
    const text = textOf(files, 'REPRODUCE.md');
    expect(text).toContain('This archive is of an incomplete run');
    expect(text).toContain('The command line was not recorded');
    expect(text).toContain('is not recorded. Its disk file has SHA-256');
  });

  it('lets no id of a record lead out of its folder', async () => {
    const { zip } = await archived(saved({ ...buildRecord(), id: '../../etc/x\u001b[31m' }));
    for (const path of Object.keys(unzipSync(zip))) expect(path).toMatch(/^twinboot--etc-x\/[\w./-]+$/);
  });

  it('can be repeated: the printed command measures by the same plan, and compare says whether they agree', async () => {
    const place = temporaryFolder();
    vi.stubEnv('TWINBOOT_STATE_DIR', join(place, 'state'));
    const runs = join(place, 'runs');
    const words = [
      'run',
      'startup',
      '--runtime',
      'fake',
      '--runtime',
      'fake:kind=vm,ready-ms=900',
      '--rounds',
      '6',
    ];
    await twinboot([...words, '--out', runs]);
    const [first = ''] = readdirSync(runs);
    const { files } = await archived(join(runs, first));
    const command = /^twinboot run .*$/m.exec(textOf(files, 'REPRODUCE.md'))?.[0] ?? '';
    expect(command).toMatch(/ --seed \d+$/);
    // Nothing in it needs quotes.
    await twinboot(command.split(' ').slice(1));
    const [a = '', b = ''] = readdirSync(runs)
      .map((name) => join(runs, name))
      .filter((folder) => existsSync(join(folder, 'run.json')));
    const [before, after] = [a, b].map(
      (folder) => JSON.parse(readFileSync(join(folder, 'run.json'), 'utf8')) as RunRecord,
    );
    expect(after?.plan).toEqual(before?.plan);
    expect(before?.commandLine).toBe(`twinboot ${[...words, '--out', runs].join(' ')}`);
    expect(before?.tool).toMatchObject({ name: 'twinboot' });
    const { out, notes } = await twinboot(['compare', a, b]);
    expect(out + notes).toMatch(/The two (agree|differ):|Whether the two agree is undecided:/);
  });
});

/** As the package has them: a part of the archive after the other. */
function byPlace(resources: readonly { path: string }[]) {
  const place = new Map(resources.map(({ path }, index) => [path, index]));
  return (a: string, b: string): number => (place.get(a) ?? -1) - (place.get(b) ?? -1);
}
