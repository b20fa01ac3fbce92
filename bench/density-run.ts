import { runError } from '../core/error.ts';
import { densityIn, type Density } from '../results/fleet/density.ts';
import type { RunRecord } from '../results/record.ts';
import { readRecord } from '../results/store.ts';
import type { BenchmarkContext } from './benchmark.ts';
import { runInto } from './reference-run.ts';
import type { WatchedCommand } from './watched-command.ts';

/** A density run as a person would start it, and the series that came of it. */
export interface DensityRun {
  process: WatchedCommand;
  record: RunRecord;
  /** By the runtime's id, in the order of the run. */
  series: Map<string, Density>;
}

/**
 * Runs `twinboot run density` with these arguments into a folder of its own. Errors: `benchmark-command-failed` where a
 * runtime has no series to show.
 */
export async function runDensity(
  context: Pick<BenchmarkContext, 'host' | 'note'>,
  name: string,
  args: readonly string[],
): Promise<DensityRun> {
  const { process, runFolder } = await runInto(context, name, ['density', ...args, '--raise-limits']);
  const record = await readRecord(runFolder);
  return { process, record, series: seriesOf(record) };
}

/** Every density series of a record. Throws where one failed, with how. */
export function seriesOf(record: RunRecord): Map<string, Density> {
  const samples = record.samples.filter(({ scenario }) => scenario === 'density');
  return new Map(
    samples.map(({ runtime, details, error }) => {
      const density = densityIn(details);
      if (density !== undefined && density.steps.length > 0) return [runtime, density];
      throw runError('benchmark-command-failed', `${runtime} has no series: ${error?.message ?? 'no step'}`);
    }),
  );
}
