import { Command } from '@commander-js/extra-typings';
import { exitCodes } from '../../core/error.ts';
import { findById } from '../../core/suggest.ts';
import { formatMs } from '../../core/units.ts';
import { wholeNumber } from '../../harness/cli/arguments.ts';
import { explain } from '../../harness/cli/explain.ts';
import type { Io } from '../../harness/cli/io.ts';
import { terminalIo } from '../../harness/cli/terminal.ts';
import { studies } from './registry.ts';
import type { Rate } from './study.ts';
import { isKept, rateTable } from './table.ts';

const bootingStudies = studies
  .flatMap(({ id, onlyWhenNamed }) => (onlyWhenNamed === true ? [id] : []))
  .join(', ');

/** Simulates, or boots where a study that does is named; prints one table, and exits 1 where a promise was not kept. */
async function main(argv: readonly string[], io: Io): Promise<number> {
  try {
    const program = new Command('bench:statistics')
      .description('Holds the statistics of compare and ab against simulated values whose truth is known.')
      .argument(
        '[study...]',
        `which: ${studies.map(({ id }) => id).join(', ')} (default: all but ${bootingStudies})`,
      )
      .option('--trials <n>', 'trials of each simulation', wholeNumber(1, 10_000_000), 2000)
      .option(
        '--coverage-trials <n>',
        'trials of each coverage simulation',
        wholeNumber(1, 10_000_000),
        20_000,
      )
      .option('--seed <n>', 'of the simulated values', wholeNumber(0, 2 ** 31 - 1), 1)
      .option('--runs <n>', 'runs of each study with real boots', wholeNumber(1, 10_000), 40)
      .option('--image <name>', 'the image of those', 'trixie')
      .option('--runtime <spec>', 'the runtime of those', 'namespaces')
      .exitOverride()
      .action(async (ids, options) => {
        const chosen =
          ids.length > 0
            ? [...new Set(ids)].map((id) => findById('study', id, studies))
            : studies.filter(({ onlyWhenNamed }) => onlyWhenNamed !== true);
        const rates: Rate[] = [];
        for (const study of chosen) {
          const startMs = performance.now();
          rates.push(...(await study.run({ ...options, note: (text) => io.note(text) })));
          io.note(`${study.id}: ${study.question} (${formatMs(performance.now() - startMs)})`);
        }
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
