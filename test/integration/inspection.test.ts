import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import type { RunRecord } from '../../results/record.ts';
import { newTraces, rememberTraces } from '../support/host-state.ts';
import { twinboot } from '../support/terminal.ts';
import { newRunsFolder, onlyRecord } from './support.ts';

/** `inspection` and `work`, as a person would ask for them, with real boots. */
beforeAll(async () => {
  const { exitCode, notes } = await twinboot(['image', 'build']);
  expect(exitCode, notes).toBe(0);
});

beforeEach(rememberTraces);
afterEach(() => expect(newTraces()).toEqual([]));

function valuesOf({ samples }: RunRecord, runtime: string): Map<string, number> {
  const mine = samples.filter((sample) => sample.runtime === runtime);
  return new Map(mine.flatMap(({ values }) => values.map(({ metric, value }) => [metric, value])));
}

it('a container and a VM read the file, and the host in both ways; all of them work', async () => {
  const out = newRunsFolder();
  const runtimes = ['nspawn', 'nspawn:seccomp=off', 'qemu'];
  const { exitCode, notes } = await twinboot([
    ...['run', 'inspection', 'work', '--rounds', '1', '--warmup', '0', '--out', out],
    ...runtimes.flatMap((runtime) => ['--runtime', runtime]),
  ]);
  expect(exitCode, notes).toBe(0);
  const { record } = onlyRecord(out);
  for (const runtime of runtimes) {
    const values = valuesOf(record, runtime);
    for (const way of ['instance', 'loop-mount', 'debugfs'])
      expect(values.get(`inspection.${way}`), `${way}, ${runtime}`).toBeGreaterThan(0);
    // No instance boots as quickly as the host mounts its disk.
    expect(values.get('inspection.times-loop-mount')).toBeGreaterThan(1);
  }
  expect(record.samples.flatMap((sample) => sample.missing)).toEqual([]);
  // A container's processes are the host's own: what the kernel is not asked for takes as long.
  const container = valuesOf(record, 'nspawn');
  expect(container.get('slowdown.cpu')).toBeGreaterThan(0.5);
  expect(container.get('slowdown.cpu')).toBeLessThan(2);
  const filtered = record.runtimes.map(({ id, isolation }) => [id, isolation?.seccomp]);
  expect(filtered.slice(0, 2)).toEqual([
    ['nspawn', true],
    ['nspawn:seccomp=off', false],
  ]);
});
