import { dirname, relative } from 'node:path';
import { stat } from 'node:fs/promises';
import { Option, type Command } from '@commander-js/extra-typings';
import { parsePictureStyle, STYLE_FORM } from '../../../report/picture-style.ts';
import { formatCount } from '../../../core/words.ts';
import { readRecord } from '../../../results/store.ts';
import { summarise } from '../../../results/summary.ts';
import { collect } from '../arguments.ts';
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
    .addOption(
      new Option(
        '--charts <style>',
        `the charts once more, for articles: ${STYLE_FORM}, of which what is left out is page, light and 2; single and ` +
          'double are columns of 85 and 178 mm, without title and caption; may be given several times',
      )
        .argParser(collect)
        .default([] as string[], 'none'),
    )
    .action(async (run, { charts }) => {
      const styles = charts.map(parsePictureStyle);
      const record = await readRecord(run);
      const folder = (await stat(run)).isDirectory() ? run : dirname(run);
      const summary = summarise(record);
      io.out(summaryText(record, summary));
      const files = await publish(record, summary, folder, (message) => io.note(message), styles);
      io.out(`\nreport  ${relative('.', files.html)}`);
      const [first] = files.forArticles;
      if (first === undefined) return;
      const count = formatCount(files.forArticles.length, 'picture');
      io.out(`charts  ${relative('.', dirname(first.png))}: ${count} for articles`);
    });
}
