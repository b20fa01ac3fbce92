import { stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Command } from '@commander-js/extra-typings';
import { requireNoLinks } from '../../../core/below.ts';
import { replaceFile } from '../../../core/replace-file.ts';
import { usageError } from '../../../core/error.ts';
import { jsonText } from '../../../core/text.ts';
import { defaultJudgeOptions } from '../../../results/compare/comparison.ts';
import { createFolders } from '../../../results/create-folders.ts';
import { buildHistory } from '../../../results/history/build.ts';
import { extractOf, type Extract } from '../../../results/history/extract.ts';
import { readRecords } from '../../../results/history/read-records.ts';
import { writeFailure } from '../../../results/write-failure.ts';
import { collect, wholeNumber } from '../arguments.ts';
import { alphaOption, minEffectOption } from '../comparison-options.ts';
import { historyText } from './history-text.ts';
import type { Io } from '../io.ts';

const PAGE = 'history.html';

export function addHistoryCommand(program: Command, io: Io): void {
  program
    .command('history')
    .summary('show how figures went from run to run, and where they changed')
    .description(
      'Reads many records (a folder of run folders or baselines, two levels deep) and says of each metric and runtime ' +
        'whether it is steady, made a step or creeps, since when, and what else changed then. Runs of different ' +
        'environments are series of their own. Needs no root, no KVM and no Linux.',
    )
    .argument('<folder>', 'a folder of runs')
    .option('--html [file]', `write a page with charts (default: ${PAGE} in the folder)`)
    .option(
      '--metric <id>',
      'a metric, or several with *, such as startup.*; may be repeated (default: those that compare takes)',
      collect,
      [],
    )
    .addOption(minEffectOption())
    .addOption(alphaOption('bound on the share of false changes among those found, over all series'))
    .option('--seed <n>', 'of the permutations', wholeNumber(0, 2 ** 31 - 1), defaultJudgeOptions.seed)
    .option('--json', 'print it as JSON', false)
    .action(async (folder, { html, metric: metrics, minEffect, alpha, seed, json }) => {
      const extracts: Extract[] = [];
      const leftOut = await readRecords(folder, (record) => void extracts.push(extractOf(record)));
      const history = buildHistory(extracts, leftOut, { metrics, minEffect, alpha, seed });
      io.out(json ? jsonText(history, 2) : historyText(history));
      if (html === undefined) return;
      const file = html === true ? join(await asFolder(folder), PAGE) : html;
      // Loaded here: the drawing library is large, and most calls do not need it.
      const { renderHistory } = await import('../../../report/history/render.ts');
      await writePage(file, renderHistory(history));
      io.note(`page  ${file}`);
    });
}

async function asFolder(path: string): Promise<string> {
  return (await stat(path)).isDirectory() ? path : dirname(path);
}

async function writePage(file: string, page: string): Promise<void> {
  if (file.trim() === '') throw usageError('no-file-name', '--html takes the name of a file');
  requireNoLinks(dirname(file), basename(file));
  try {
    await createFolders(dirname(file));
    await replaceFile(file, page);
  } catch (error) {
    throw writeFailure(error, file);
  }
}
