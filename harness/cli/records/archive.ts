import { existsSync } from 'node:fs';
import type { Command } from '@commander-js/extra-typings';
import { usageError } from '../../../core/error.ts';
import { replaceFile } from '../../../core/replace-file.ts';
import { formatBytes } from '../../../core/units.ts';
import type { RunRecord } from '../../../results/record.ts';
import { readRecordFile } from '../../../results/store.ts';
import { writeFailure } from '../../../results/write-failure.ts';
import type { Io } from '../io.ts';

export function addArchiveCommand(program: Command, io: Io): void {
  program
    .command('archive')
    .summary('pack a run so that others can repeat and cite it')
    .description(
      'Packs a run into a ZIP file, always with the same bytes: its record, how to repeat it, its values as CSV with a ' +
        'datapackage.json, its figures with what they draw, its tables for LaTeX, and RO-Crate metadata. Needs no root, ' +
        'no KVM and no Linux.',
    )
    .argument('<run>', 'a run folder or its run.json')
    .option('--out <file>', 'the ZIP file, which must not be there (default: twinboot-<id of the run>.zip)')
    .action(async (run, { out }) => {
      const { record, bytes } = await readRecordFile(run);
      // Loaded here: the drawing library is large, and most commands do not need it.
      const { archiveName, makeArchive } = await import('../../../report/archive/archive.ts');
      const path = out ?? `${archiveName(record)}.zip`;
      requireFree(path);
      io.status('drawing the figures');
      const { zip, files, undrawn } = await makeArchive(record, { bytes, command: commandToRepeat(record) });
      await replaceFile(path, Buffer.from(zip)).catch((error: unknown) => {
        throw writeFailure(error, path);
      });
      if (undrawn !== undefined) io.note(`the archive has no pictures, or not all: ${undrawn}`);
      if (record.state !== 'complete')
        io.note(`the run is not complete (${record.state}), and its archive says so`);
      io.out(`archive  ${path}, ${files.length} files, ${formatBytes(zip.length)}`);
    });
}

/** Errors: `out-exists` (usage). */
function requireFree(path: string): void {
  if (!existsSync(path)) return;
  throw usageError('out-exists', `${path} is there already`, { hint: 'name another file: --out FILE' });
}

/** Commands that draw a seed where none is given. */
const SEEDED = /^twinboot (?:run|ab|noise)(?: |$)/;

/** The command line as it was typed, with the seed that it drew: then the boots come in the same order. */
function commandToRepeat({ commandLine, plan }: RunRecord): string | undefined {
  if (commandLine === undefined || !SEEDED.test(commandLine) || / --seed[ =]/.test(commandLine))
    return commandLine;
  return `${commandLine} --seed ${plan.seed}`;
}
