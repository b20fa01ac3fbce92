import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { publish } from '../../../harness/cli/publish.ts';
import { ciForms } from '../../../results/verdicts/forms/registry.ts';
import { writeFailure } from '../../../results/write-failure.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { twinboot } from '../../support/terminal.ts';

vi.mock(import('../../../harness/cli/publish.ts'));

let folder: string;
beforeEach(() => {
  folder = temporaryFolder();
  vi.stubEnv('TWINBOOT_STATE_DIR', join(folder, 'state'));
  const full = Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
  vi.mocked(publish).mockImplementation((_record, _summary, run) => Promise.reject(writeFailure(full, run)));
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

function gateFile(limit: string): string {
  const file = join(folder, 'twinboot.yaml');
  const rules = `metrics: { startup.ready: { max: ${limit} } }`;
  writeFileSync(file, `runtimes: [fake]\nscenarios: [startup]\nrounds: 2\n${rules}\n`);
  return file;
}

describe('a disk that has no space for the report', () => {
  it('costs `run` the report alone: its figures are shown, and the exit code says that something failed', async () => {
    const { exitCode, out, notes } = await twinboot([
      'run',
      'startup',
      '--runtime',
      'fake',
      '--rounds',
      '2',
      '--out',
      join(folder, 'runs'),
    ]);
    expect(exitCode).toBe(4);
    expect(out).toContain('startup.ready');
    expect(out).toMatch(/^record /m);
    expect(notes).toContain('error: no space left to write');
  });

  it.each([
    ['green', '1000 s', 0],
    ['red', '1 ms', 1],
  ])('leaves `gate` its verdict: %s', async (_, limit, verdict) => {
    const { exitCode, out, notes } = await twinboot(['gate', gateFile(limit), '--out', join(folder, 'runs')]);
    expect(exitCode).toBe(verdict);
    expect(out).toContain('startup.ready max');
    expect(notes).toContain('the run has no report, or not all of it: no space left to write');
  });
});

it('a gate that was interrupted has no verdict', async () => {
  vi.mocked(publish).mockReset();
  const interrupt = new AbortController();
  const { exitCode, out } = await twinboot(['gate', gateFile('1000 s'), '--out', join(folder, 'runs')], {
    signal: interrupt.signal,
    onNote: (note) => {
      if (note.includes('round 1')) interrupt.abort();
    },
  });
  expect(exitCode).toBe(4);
  expect(out).toContain('the run was cut short');
});

it('a form of the comparison that fails costs `ab` that form, and not its verdict', async () => {
  const [json] = ciForms;
  vi.spyOn(json, 'render').mockImplementation(() => {
    throw new Error('a value that no JSON holds');
  });
  const runs = join(folder, 'runs');
  const sides = ['--a', 'fake', '--b', 'fake', '--max-rounds', '3'];
  const { exitCode, out, notes } = await twinboot(['ab', 'startup', ...sides, '--out', runs]);
  expect(exitCode).toBe(0);
  expect(out).toContain('startup.ready');
  expect(notes).toContain('a value that no JSON holds');
  const [run = ''] = readdirSync(runs);
  expect(readdirSync(join(runs, run)).sort()).toMatchInlineSnapshot(`
    [
      "a",
      "annotations.txt",
      "b",
      "comparison.md",
      "junit.xml",
      "run.log",
    ]
  `);
});
