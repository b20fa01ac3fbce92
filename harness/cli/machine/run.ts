import { join, relative } from 'node:path';
import type { Command } from '@commander-js/extra-typings';
import { exitCodes } from '../../../core/error.ts';
import { jsonText } from '../../../core/text.ts';
import type { RunRecord } from '../../../results/record.ts';
import type { RunFolder } from '../../../results/store.ts';
import { summarise, type Summary } from '../../../results/summary.ts';
import type { Scenario } from '../../contract/scenario.ts';
import { findScenario, scenarios } from '../../../scenarios/registry.ts';
import { parseRuntimes } from '../../runtimes/spec.ts';
import { collect } from '../arguments.ts';
import { addFleetOptions, requireTakers, roundsOf } from './fleet-options.ts';
import { silent, type Io } from '../io.ts';
import { measureRun } from './measure-run.ts';
import { publish } from '../publish.ts';
import { addBootOptions, planFrom, runOptions } from './run-options.ts';
import { usualScenarios } from './scenarios.ts';
import { summaryText } from '../summary-text.ts';

export function addRunCommand(program: Command, io: Io): void {
  addFleetOptions(
    addBootOptions(
      program
        .command('run')
        .summary('boot the image in every runtime, measure, and report')
        .description(
          'Boots the image in each runtime, round by round in shuffled order, and writes the record and the report to ' +
            `a new folder. Without scenarios: ${names(usualScenarios)}.`,
        )
        .argument('[scenario...]', `what to ask: ${names(scenarios)}`)
        .option(
          '--runtime <spec>',
          'id, id:key=value,…, id:key={a,b} or a preset (containers, vms, all, sharing); may be repeated (default: nspawn and qemu)',
          collect,
          [],
        )
        .addOption(runOptions.rounds()),
    )
      .addOption(runOptions.quiet())
      .option('--json', 'print the summary as JSON', false),
  ).action(async (scenarioIds, options, command) => {
    const specs = parseRuntimes(options.runtime.length > 0 ? options.runtime : ['default']);
    const asked = questionsOf(scenarioIds);
    requireTakers(command, scenarioIds);
    const plan = planFrom(options, {
      scenarios: asked.map(({ id }) => id),
      runtimes: specs.map(({ id }) => id),
      ...roundsOf(asked, options),
    });
    const { image, boot, out, install, json } = options;
    const progress = options.quiet || json ? silent(io) : io;
    const { record, folder } = await measureRun(progress, {
      plan,
      specs,
      scenarios: asked,
      image,
      boot,
      out,
      install,
    });
    await tell(io, progress, folder, record, json);
  });
}

function names(asked: readonly { id: string }[]): string {
  return asked.map(({ id }) => id).join(', ');
}

/** What was asked for, in the order of the registry. Errors: `unknown-scenario` (usage). */
function questionsOf(ids: readonly string[]): readonly Scenario[] {
  if (ids.length === 0) return usualScenarios;
  const asked = new Set(ids.map((id) => findScenario(id)));
  return scenarios.filter((scenario) => asked.has(scenario));
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
  // Before the report, which a full disk may prevent.
  if (json) io.out(jsonText({ folder: folder.path, state: record.state, ...summary }, 2));
  else {
    io.out(`\n${summaryText(record, summary)}\n`);
    io.out(`record  ${relative('.', join(folder.path, 'run.json'))}`);
  }
  progress.status('drawing the report');
  const report = await publish(record, summary, folder.path, (message) => io.note(message));
  if (!json) io.out(`report  ${relative('.', report.html)}`);
  io.exitCode = outcomeOf(record, summary);
  if (record.state === 'interrupted') io.note('interrupted: the report covers what was measured until then');
}

/** A run has failed where it was cut short, or where a runtime has not a single good boot to show. */
export function outcomeOf(record: RunRecord, { boots }: Summary): number {
  const barren = boots.some(({ begun, failed }) => begun === failed);
  return record.state !== 'complete' || barren ? exitCodes.run : exitCodes.ok;
}
