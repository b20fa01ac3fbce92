import { join, relative } from 'node:path';
import type { Command } from '@commander-js/extra-typings';
import { exitCodes } from '../../core/error.ts';
import type { RunRecord } from '../../results/record.ts';
import type { RunFolder } from '../../results/store.ts';
import { summarise, type Summary } from '../../results/summary.ts';
import { findScenario, scenarios as allScenarios } from '../../scenarios/registry.ts';
import { parseRuntimes } from '../runtimes/spec.ts';
import { collect } from './arguments.ts';
import { silent, type Io } from './io.ts';
import { measureRun } from './measure-run.ts';
import { publish } from './publish.ts';
import { planOf, runOptions } from './run-options.ts';
import { summaryTable } from './summary-table.ts';

export function addRunCommand(program: Command, io: Io): void {
  program
    .command('run')
    .summary('boot the image in every runtime, measure, and report')
    .description(
      'Boots the image in each runtime, round by round in shuffled order, and writes the record and the report to ' +
        'a new folder. Without scenarios: all of them.',
    )
    .argument('[scenario...]', `what to ask: ${allScenarios.map(({ id }) => id).join(', ')}`)
    .option(
      '--runtime <spec>',
      'id, id:key=value,…, id:key={a,b} or a preset (containers, vms, all); may be repeated (default: nspawn and qemu)',
      collect,
      [],
    )
    .addOption(runOptions.rounds())
    .addOption(runOptions.warmup())
    .addOption(runOptions.cache())
    .addOption(runOptions.seed())
    .addOption(runOptions.image())
    .addOption(runOptions.boot())
    .addOption(runOptions.memory())
    .addOption(runOptions.cpus())
    .addOption(runOptions.timeout())
    .addOption(runOptions.out())
    .addOption(runOptions.install())
    .addOption(runOptions.quiet())
    .option('--json', 'print the summary as JSON', false)
    .action(async (scenarioIds, options) => {
      const specs = parseRuntimes(options.runtime.length > 0 ? options.runtime : ['default']);
      const scenarios =
        scenarioIds.length > 0 ? [...new Set(scenarioIds)].map(findScenario) : [...allScenarios];
      const plan = planOf({
        scenarios: scenarios.map(({ id }) => id),
        runtimes: specs.map(({ id }) => id),
        rounds: options.rounds,
        warmup: options.warmup,
        cache: options.cache,
        seed: options.seed,
        timeoutMs: options.timeout * 1000,
        memoryBytes: options.memory,
        cpus: options.cpus,
      });
      const { image, boot, out, install, json } = options;
      const progress = options.quiet || json ? silent(io) : io;
      const { record, folder } = await measureRun(progress, {
        plan,
        specs,
        scenarios,
        image,
        boot,
        out,
        install,
      });
      await tell(io, progress, folder, record, json);
    });
}

/** The end of a run, also of one that was cut short. */
async function tell(
  io: Io,
  progress: Io,
  folder: RunFolder,
  record: RunRecord,
  json: boolean,
): Promise<void> {
  const summary = summarise(record);
  progress.status('drawing the report');
  const report = await publish(record, summary, folder.path);
  if (json) io.out(JSON.stringify({ folder: folder.path, state: record.state, ...summary }, null, 2));
  else {
    io.out(`\n${summaryTable(record, summary)}\n`);
    io.out(`record  ${relative('.', join(folder.path, 'run.json'))}`);
    io.out(`report  ${relative('.', report.html)}`);
  }
  io.exitCode = outcomeOf(record, summary);
  if (record.state === 'interrupted') io.note('interrupted: the report covers what was measured until then');
}

/** A run has failed where it was cut short, or where a runtime has not a single good boot to show. */
export function outcomeOf(record: RunRecord, { boots }: Summary): number {
  const barren = boots.some(({ begun, failed }) => begun === failed);
  return record.state !== 'complete' || barren ? exitCodes.run : exitCodes.ok;
}
