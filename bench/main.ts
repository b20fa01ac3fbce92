import { loadavg } from 'node:os';
import { Command } from '@commander-js/extra-typings';
import { exitCodes } from '../core/error.ts';
import { findById } from '../core/suggest.ts';
import { packageVersion } from '../core/package-root.ts';
import { formatBytes, formatMs } from '../core/units.ts';
import { wholeNumber } from '../harness/cli/arguments.ts';
import { explain } from '../harness/cli/explain.ts';
import type { Io } from '../harness/cli/io.ts';
import { withHost } from '../harness/cli/machine/session.ts';
import { terminalIo } from '../harness/cli/terminal.ts';
import { describeHost } from '../harness/host/describe.ts';
import { verdictOf, type Benchmark, type BenchmarkContext, type BenchmarkOptions } from './benchmark.ts';
import { layGround } from './ground.ts';
import { runTwinboot } from './reference-run.ts';
import { benchmarks } from './registry.ts';
import { once, runBenchmarks, type Outcome } from './runner.ts';
import { figureTable } from './table.ts';

interface BenchRequest {
  chosen: readonly Benchmark[];
  options: BenchmarkOptions;
  json: boolean;
}

const usual = benchmarks.filter((benchmark) => benchmark.onlyByName !== true);
const onlyByName = benchmarks
  .flatMap((benchmark) => (usual.includes(benchmark) ? [] : benchmark.id))
  .join(', ');

async function main(argv: readonly string[], io: Io): Promise<number> {
  try {
    const program = new Command('bench:self')
      .description(
        'Measures twinboot itself: what its agent changes, how well its figures agree with the console, what it costs.',
      )
      .argument(
        '[benchmark...]',
        `which: ${benchmarks.map(({ id }) => id).join(', ')} (default: all but ${onlyByName})`,
      )
      .option('--rounds <n>', 'rounds of container boots of the observer effect', wholeNumber(1, 100_000), 30)
      .option('--vm-rounds <n>', 'rounds of VM boots of the observer effect', wholeNumber(0, 100_000), 6)
      .option('--run-rounds <n>', 'measured rounds of the run that is looked at', wholeNumber(1, 100_000), 3)
      .option('--fleet <n>', 'containers that live at once in the large fleet', wholeNumber(2, 100_000), 1000)
      .option('--seed <n>', 'of orders and statistics', wholeNumber(0, 2 ** 31 - 1), 1)
      .option('--json', 'print the figures as JSON', false)
      .exitOverride()
      .action(async (ids, { json, ...options }) => {
        const chosen =
          ids.length > 0 ? [...new Set(ids)].map((id) => findById('benchmark', id, benchmarks)) : usual;
        await bench(io, { chosen, options, json });
      });
    await program.parseAsync([...argv], { from: 'user' });
    return io.exitCode;
  } catch (error) {
    return explain(error, io);
  }
}

/** A bound that is missed is marked and is no failure; a benchmark that gave no figure is one. */
async function bench(io: Io, { chosen, options, json }: BenchRequest): Promise<void> {
  const [load = 0] = loadavg();
  const startMs = performance.now();
  const { host, outcomes } = await withHost(io, 'benchmark of twinboot itself', async (hostContext) => {
    const note = (message: string): void => io.note(message);
    const context: BenchmarkContext = {
      host: hostContext,
      options,
      note,
      ground: once(() => layGround(hostContext, note)),
      referenceRun: once(async () => {
        await context.ground();
        const rounds = ['--rounds', String(options.runRounds), '--warmup', '1'];
        return runTwinboot(context, 'reference-run', [...rounds, '--seed', String(options.seed)]);
      }),
    };
    return { host: await describeHost(hostContext.cgroups), outcomes: await runBenchmarks(chosen, context) };
  });
  const tookMs = performance.now() - startMs;
  const circumstances = { twinboot: packageVersion(), node: process.version, load, tookMs };
  if (json) {
    io.out(JSON.stringify({ ...circumstances, options, host, benchmarks: withVerdicts(outcomes) }, null, 2));
  } else {
    io.out(`\ntwinboot ${packageVersion()}, node ${process.version}, on ${host.distribution}`);
    io.out(
      `${host.cpuModel}, ${host.cpus} CPUs, ${formatBytes(host.memoryBytes)}, Linux ${host.kernel}, ` +
        `load ${load.toFixed(2)} at the start; took ${formatMs(tookMs)}\n`,
    );
    io.out(figureTable(outcomes));
  }
  if (io.signal.aborted || outcomes.some(({ error }) => error !== undefined)) io.exitCode = exitCodes.run;
}

function withVerdicts(outcomes: readonly Outcome[]): unknown[] {
  return outcomes.map((outcome) => ({
    ...outcome,
    figures: outcome.figures.map((figure) => ({ ...figure, ...verdictOf(figure) })),
  }));
}

/** Ctrl-C and SIGTERM end the benchmark in order: what it has booted is taken away. */
function abortOnSignal(): AbortSignal {
  const controller = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => controller.abort());
  return controller.signal;
}

process.exitCode = await main(process.argv.slice(2), terminalIo(abortOnSignal()));
