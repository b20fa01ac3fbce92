import { dirname, relative } from 'node:path';
import { stat } from 'node:fs/promises';
import type { Command } from '@commander-js/extra-typings';
import { readRecord } from '../../../results/store.ts';
import { summarise } from '../../../results/summary.ts';
import type { Io } from '../io.ts';
import { publish } from '../publish.ts';
import { summaryText } from '../summary-text.ts';

export function addReportCommand(program: Command, io: Io): void {
  program
    .command('report')
    .summary('draw the report of a run again')
    .description(
      'Makes the tables, pages and pictures from a record alone: no root, no KVM, no Linux needed.',
    )
    .argument('<run>', 'a run folder or its run.json')
    .action(async (run) => {
      const record = await readRecord(run);
      const folder = (await stat(run)).isDirectory() ? run : dirname(run);
      const summary = summarise(record);
      io.out(summaryText(record, summary));
      const files = await publish(record, summary, folder, (message) => io.note(message));
      io.out(`\nreport  ${relative('.', files.html)}`);
    });
}
