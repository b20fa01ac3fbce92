import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TwinbootError } from '../../../core/error.ts';
import { readRecord } from '../../../results/read-record.ts';
import { buildRecord } from '../../fixtures/records/record.ts';

let runs: string;
let run: string;

beforeEach(async () => {
  runs = await mkdtemp(join(tmpdir(), 'twinboot-read-'));
  run = join(runs, 'baseline');
  await mkdir(run);
});

afterEach(async () => {
  await rm(runs, { recursive: true, force: true });
});

const write = (text: string) => writeFile(join(run, 'run.json'), text);

/** Code, message and hint, with the temporary folder called RUNS. */
async function failure(path: string): Promise<string> {
  const error: unknown = await readRecord(path).catch((thrown: unknown) => thrown);
  if (!(error instanceof TwinbootError)) throw new Error('it did not fail as it should', { cause: error });
  expect(error.exitCode).toBe(2);
  const hint = error.hint === undefined ? '' : `\nhint: ${error.hint}`;
  return `${error.code}: ${error.message}${hint}`.replaceAll(runs, 'RUNS');
}

describe('a good record', () => {
  it('is read from its folder and from its file', async () => {
    const record = buildRecord();
    await write(JSON.stringify(record));
    expect(await readRecord(run)).toEqual(record);
    expect(await readRecord(join(run, 'run.json'))).toEqual(record);
  });

  it('may begin with a byte order mark, as some editors leave one', async () => {
    await write(`\uFEFF${JSON.stringify(buildRecord())}`);
    await expect(readRecord(run)).resolves.toMatchObject({ schema: 'twinboot.run/1' });
  });

  it('may have members that this twinboot does not know', async () => {
    await write(JSON.stringify({ ...buildRecord(), mood: 'sunny' }));
    expect(await readRecord(run)).not.toHaveProperty('mood');
  });
});

describe('a record that is not there', () => {
  it('names the folder without one', async () => {
    expect(await failure(run)).toMatchInlineSnapshot(`"no-record: no run.json in RUNS/baseline"`);
  });

  it('guesses at a folder with nearly the name', async () => {
    expect(await failure(join(runs, 'basline'))).toMatchInlineSnapshot(`
      "no-record: there is no RUNS/basline
      hint: did you mean RUNS/baseline?"
    `);
  });

  it('guesses at the folder of a run.json', async () => {
    expect(await failure(join(runs, 'basline', 'run.json'))).toMatchInlineSnapshot(`
      "no-record: there is no RUNS/basline/run.json
      hint: did you mean RUNS/baseline?"
    `);
  });

  it('points at the newest run in a folder of runs', async () => {
    for (const id of ['2026-11-21T08-00-00Z-aaaaaa', '2026-11-23T08-00-00Z-bbbbbb']) {
      await mkdir(join(runs, id));
      await writeFile(join(runs, id, 'run.json'), '{}');
    }
    expect(await failure(runs)).toMatchInlineSnapshot(`
      "no-record: no run.json in RUNS
      hint: RUNS holds 2 runs; the newest is RUNS/2026-11-23T08-00-00Z-bbbbbb"
    `);
  });

  it('does not guess where nothing is near', async () => {
    expect(await failure(join(runs, 'nightly', 'run.json'))).toMatchInlineSnapshot(
      `"no-record: there is no RUNS/nightly/run.json"`,
    );
  });

  it('says why a path cannot be followed', async () => {
    await write('{}');
    expect(await failure(join(run, 'run.json', 'below'))).toMatchInlineSnapshot(
      `"unreadable-record: cannot read RUNS/baseline/run.json/below: ENOTDIR: not a directory, stat 'RUNS/baseline/run.json/below'"`,
    );
  });
});

describe('a broken record', () => {
  const whole = JSON.stringify(buildRecord(), null, 1);

  it('that was cut off says where it ends, and where the values may be', async () => {
    await write(whole.slice(0, 4000));
    await writeFile(join(run, 'samples.csv'), '');
    expect(await failure(run)).toMatchInlineSnapshot(`
      "broken-record: RUNS/baseline/run.json is cut off: it ends at byte 4000 (line 179) in the middle of its JSON
      hint: RUNS/baseline/samples.csv may still hold its values"
    `);
  });

  it('that was damaged says where', async () => {
    await write(whole.replace('"tool": {', '"tool": (('));
    expect(await failure(run)).toMatchInlineSnapshot(
      `"broken-record: RUNS/baseline/run.json is not JSON: it goes wrong at byte 74 (line 4)"`,
    );
  });

  it('that is empty says so', async () => {
    await write('');
    expect(await failure(run)).toMatchInlineSnapshot(`"broken-record: RUNS/baseline/run.json is empty"`);
  });
});

describe('a document of another kind', () => {
  it.each(['[]', 'null', '3', '{"name": "twinboot"}', '{"schema": {"deep": true}}', '{"schema": "other/1"}'])(
    '%s is no record',
    async (text) => {
      await write(text);
      expect(await failure(run)).toMatch(/^not-a-record: RUNS\/baseline\/run\.json is /);
    },
  );

  it('of a later schema asks for a newer twinboot', async () => {
    await write('{"schema": "twinboot.run/2"}');
    expect((await failure(run)).replace(/\(\d+\.\d+\.\d+\S*\)/, '(VERSION)')).toMatchInlineSnapshot(`
      "newer-schema: RUNS/baseline/run.json was written by a newer twinboot: its schema is twinboot.run/2, this twinboot (VERSION) reads twinboot.run/1
      hint: update twinboot"
    `);
  });
});

describe('a record that breaks its schema', () => {
  it('shows the first three problems, each with its place and what stands there', async () => {
    const record = structuredClone(buildRecord()) as unknown as Record<string, never>;
    Object.assign(record, { id: 7, state: 'x'.repeat(100), startedAt: 'yesterday', endedAt: 'today' });
    await write(JSON.stringify(record));
    expect(await failure(run)).toMatchInlineSnapshot(`
      "invalid-record: RUNS/baseline/run.json is not as its schema says:
        id: Invalid input: expected string, received number; found 7
        state: Invalid option: expected one of "running"|"complete"|"interrupted"; found "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…
        startedAt: Invalid ISO datetime; found "yesterday"
        and 1 more"
    `);
  });

  it('names places within lists, and what is not there', async () => {
    const record = structuredClone(buildRecord());
    Object.assign(record.samples[0]?.values[1] ?? {}, { unit: 'parsecs', value: null });
    await write(JSON.stringify({ ...record, host: undefined }));
    expect(await failure(run)).toMatchInlineSnapshot(`
      "invalid-record: RUNS/baseline/run.json is not as its schema says:
        host: Invalid input: expected object, received undefined; found nothing
        samples[0].values[1].unit: Invalid option: expected one of "ms"|"ns"|"bytes"|"count"|"ms/s"|"count/s"|"ratio"; found "parsecs"
        samples[0].values[1].value: Invalid input: expected number, received null; found null"
    `);
  });
});
