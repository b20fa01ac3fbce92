import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readRecord } from '../results/store.ts';
import type { RunRecord } from '../results/record.ts';
import type { BenchmarkContext } from './benchmark.ts';
import { parseRunLog, type RunLog } from './run-log.ts';
import { watchTwinboot, type WatchedCommand } from './watched-command.ts';

/** A run as a person would start it, all scenarios and the default runtimes, and what it left. */
export interface ReferenceRun {
  process: WatchedCommand;
  record: RunRecord;
  log: RunLog;
}

/** Runs `twinboot run` with these arguments into a folder of its own and reads what came of it. */
export async function runTwinboot(
  context: RunContext,
  name: string,
  args: readonly string[],
): Promise<ReferenceRun> {
  const { process, runFolder } = await runInto(context, name, args);
  return {
    process,
    record: await readRecord(runFolder),
    log: parseRunLog(await readFile(join(runFolder, 'run.log'), 'utf8')),
  };
}

type RunContext = Pick<BenchmarkContext, 'host' | 'note'>;

/** Runs `twinboot run` with these arguments; its output is noted as it comes. `runFolder`: of its record. */
export async function runInto(
  { host, note }: RunContext,
  name: string,
  args: readonly string[],
): Promise<{ process: WatchedCommand; runFolder: string }> {
  const folder = join(host.workFolder, name);
  const out = join(folder, 'runs');
  await mkdir(out, { recursive: true });
  const process = await watchTwinboot(['run', ...args, '--out', out], {
    folder,
    signal: host.signal,
    onLine: (line) => note(`  | ${line}`),
  });
  const [run = ''] = await readdir(out);
  return { process, runFolder: join(out, run) };
}
