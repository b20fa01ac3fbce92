import { relative } from 'node:path';
import type { Command } from '@commander-js/extra-typings';
import { alignColumns } from '../../../core/columns.ts';
import { jsonText, plainLine } from '../../../core/text.ts';
import {
  DEFAULT_SET,
  getBaseline,
  listBaselines,
  removeBaseline,
  saveBaseline,
  SAVE_HINT,
  type Baseline,
} from '../../../results/baseline/folder.ts';
import { environmentOf } from '../../../results/environment.ts';
import { DEFAULT_BASELINES } from '../../../results/gate/file-schema.ts';
import { readRecord } from '../../../results/store.ts';
import { summarise } from '../../../results/summary.ts';
import type { Io } from '../io.ts';
import { summaryText } from '../summary-text.ts';

/** `twinboot baseline save|list|show|rm`: the records that gates compare with, in a folder made to be committed. */
export function addBaselineCommand(program: Command, io: Io): void {
  const baseline = program
    .command('baseline')
    .description('Save, list, show and remove the runs that gates compare with; by image and environment');
  addSave(baseline, io);
  addList(baseline, io);
  addShow(baseline, io);
  addRemove(baseline, io);
}

const DIR = ['--dir <dir>', 'the folder of baselines', DEFAULT_BASELINES] as const;

function addSave(parent: Command, io: Io): void {
  parent
    .command('save')
    .description('Make a run the baseline of its image and environment, in place of the one before')
    .argument('<run>', 'a run folder or its run.json')
    .option('--name <name>', 'the set to keep it in: a branch, a release', DEFAULT_SET)
    .option(...DIR)
    .action(async (run, { name: set, dir }) => {
      const { name, path, replaced } = await saveBaseline(dir, set, await readRecord(run));
      const before = replaced === undefined ? '' : `, in place of run ${plainLine(replaced)}`;
      io.out(`saved as ${name}${before}: commit ${relative('.', path)}`);
    });
}

function addList(parent: Command, io: Io): void {
  parent
    .command('list')
    .description('List the baselines')
    .option(...DIR)
    .option('--json', 'machine-readable', false)
    .action(async ({ dir, json }) => {
      const { baselines, broken } = await listBaselines(dir);
      if (json) io.out(jsonText(baselines.map(facts), 2));
      else if (baselines.length > 0) io.out(table(baselines));
      else if (broken.length === 0) io.out(`${dir} holds no baselines; ${SAVE_HINT}`);
      for (const { name, error } of broken) {
        io.note(`${error.message}; to be rid of it: twinboot baseline rm ${name}`);
        io.exitCode = error.exitCode;
      }
    });
}

function facts({ name, path, record }: Baseline) {
  const { id, startedAt, image, host, runtimes, plan } = record;
  return {
    name,
    path,
    run: id,
    startedAt,
    image: image.name,
    host: host.cpuModel,
    runtimes: runtimes.map((runtime) => runtime.id),
    rounds: plan.rounds,
  };
}

function table(all: readonly Baseline[]): string {
  const rows = all.map((baseline) => {
    const { name, startedAt, host, runtimes, rounds } = facts(baseline);
    const cells = [name, startedAt.slice(0, 10), `${rounds} rounds`, runtimes.join(' '), host];
    return cells.map((cell) => plainLine(cell, 100));
  });
  return alignColumns(rows, ['left', 'left', 'left', 'left', 'left']).join('\n');
}

function addShow(parent: Command, io: Io): void {
  parent
    .command('show')
    .description('Show a baseline: its figures, and the environment it holds for')
    .argument('<name>', 'as `twinboot baseline list` has it; the set alone where it holds one')
    .option(...DIR)
    .option('--json', 'machine-readable', false)
    .action(async (name, { dir, json }) => {
      const baseline = await getBaseline(dir, name);
      const environment = environmentOf(baseline.record);
      if (json) io.out(jsonText({ ...facts(baseline), environment }, 2));
      else io.out(page(baseline, environment));
    });
}

function page({ name, path, record }: Baseline, environment: Record<string, string>): string {
  const keys = Object.entries(environment).map(([key, value]) => `  ${plainLine(`${key}: ${value}`)}`);
  return [
    `${name}\nrun ${plainLine(record.id)}, image ${plainLine(record.image.name)}, in ${path}`,
    summaryText(record, summarise(record)),
    ['holds for', ...keys].join('\n'),
  ].join('\n\n');
}

function addRemove(parent: Command, io: Io): void {
  parent
    .command('rm')
    .description('Remove a baseline')
    .argument('<name>', 'as `twinboot baseline list` has it; the set alone where it holds one')
    .option(...DIR)
    .action(async (name, { dir }) => {
      io.out(`removed ${await removeBaseline(dir, name)}`);
    });
}
