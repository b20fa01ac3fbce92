import { Command } from '@commander-js/extra-typings';
import { exitCodes } from '../../core/error.ts';
import { findById } from '../../core/suggest.ts';
import { formatMs } from '../../core/units.ts';
import { wholeNumber } from '../../harness/cli/arguments.ts';
import { explain } from '../../harness/cli/explain.ts';
import type { Io } from '../../harness/cli/io.ts';
import { terminalIo } from '../../harness/cli/terminal.ts';
import { studies } from './registry.ts';
import { isKept, rateTable } from './table.ts';

/** Simulates, prints one table, and exits 1 where a promise was not kept. */
async function main(argv: readonly string[], io: Io): Promise<number> {
  try {
    const program = new Command('bench:statistics')
      .description('Holds the statistics of compare and ab against simulated values whose truth is known.')
      .argument('[study...]', `which: ${studies.map(({ id }) => id).join(', ')} (default: all)`)
      .option('--trials <n>', 'trials of each simulation', wholeNumber(1, 10_000_000), 2000)
      .option(
        '--coverage-trials <n>',
        'trials of each coverage simulation',
        wholeNumber(1, 10_000_000),
        20_000,
      )
      .option('--seed <n>', 'of the simulated values', wholeNumber(0, 2 ** 31 - 1), 1)
      .exitOverride()
      .action((ids, options) => {
        const chosen =
          ids.length > 0 ? [...new Set(ids)].map((id) => findById('study', id, studies)) : studies;
        const rates = chosen.flatMap((study) => {
          const startMs = performance.now();
          const found = study.run(options);
          io.note(`${study.id}: ${study.question} (${formatMs(performance.now() - startMs)})`);
          return found;
        });
        io.out(rateTable(rates));
        if (!rates.every(isKept)) io.exitCode = exitCodes.gate;
      });
    await program.parseAsync([...argv], { from: 'user' });
    return io.exitCode;
  } catch (error) {
    return explain(error, io);
  }
}

process.exitCode = await main(process.argv.slice(2), terminalIo(new AbortController().signal));
