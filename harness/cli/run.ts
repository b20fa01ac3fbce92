import { join, relative } from 'node:path';
import type { Command } from '@commander-js/extra-typings';
import { exitCodes } from '../../core/error.ts';
import { jsonText } from '../../core/text.ts';
import type { RunRecord } from '../../results/record.ts';
import type { RunFolder } from '../../results/store.ts';
import { summarise, type Summary } from '../../results/summary.ts';
import type { Scenario } from '../../scenarios/define.ts';
import { allScenarios, scenarios, unknownScenario, usualScenarios } from '../../scenarios/registry.ts';
import { surveys } from '../fleet/registry.ts';
import type { RunnableSurvey } from '../fleet/survey.ts';
import { parseRuntimes } from '../runtimes/spec.ts';
import { collect } from './arguments.ts';
import { fleetOptions, fleetPlanOf } from './fleet-options.ts';
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
        `a new folder. Without scenarios: ${names(scenarios)}.`,
    )
    .argument('[scenario...]', `what to ask: ${names(allScenarios)}`)
    .option(
      '--runtime <spec>',
      'id, id:key=value,…, id:key={a,b} or a preset (containers, vms, all, sharing); may be repeated (default: nspawn and qemu)',
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
    .addOption(runOptions.stopTimeout())
    .addOption(runOptions.keepGoing())
    .addOption(runOptions.out())
    .addOption(runOptions.install())
    .addOption(runOptions.quiet())
    .addOption(fleetOptions.instances())
    .addOption(fleetOptions.series())
    .addOption(fleetOptions.until())
    .addOption(fleetOptions.parallel())
    .addOption(fleetOptions.reserve())
    .addOption(fleetOptions.raiseLimits())
    .addOption(fleetOptions.runKsm())
    .option('--json', 'print the summary as JSON', false)
    .action(async (scenarioIds, options) => {
      const specs = parseRuntimes(options.runtime.length > 0 ? options.runtime : ['default']);
      const asked = questionsOf(scenarioIds);
      const plan = planOf({
        scenarios: [...asked.scenarios, ...asked.surveys.map(({ scenario }) => scenario)].map(({ id }) => id),
        runtimes: specs.map(({ id }) => id),
        // Without a scenario of single boots there are no rounds to go.
        rounds: asked.scenarios.length > 0 ? options.rounds : 0,
        warmup: asked.scenarios.length > 0 ? options.warmup : 0,
        cache: options.cache,
        seed: options.seed,
        timeoutMs: options.timeout * 1000,
        stopTimeoutMs: options.stopTimeout * 1000,
        keepGoing: options.keepGoing,
        memoryBytes: options.memory,
        cpus: options.cpus,
        ...(asked.surveys.length > 0 ? { fleet: fleetPlanOf(options) } : {}),
      });
      const { image, boot, out, install, json } = options;
      const progress = options.quiet || json ? silent(io) : io;
      const { record, folder } = await measureRun(progress, {
        plan,
        specs,
        ...asked,
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

/** What was asked for: scenarios of single boots, and those of a fleet. */
function questionsOf(ids: readonly string[]): { scenarios: Scenario[]; surveys: RunnableSurvey[] } {
  if (ids.length === 0) return { scenarios: [...usualScenarios], surveys: [] };
  const unknown = ids.find((id) => !allScenarios.some((known) => known.id === id));
  if (unknown !== undefined) throw unknownScenario(unknown, allScenarios);
  return {
    scenarios: scenarios.filter(({ id }) => ids.includes(id)),
    surveys: surveys.filter(({ scenario }) => ids.includes(scenario.id)),
  };
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
    io.out(`\n${summaryTable(record, summary)}\n`);
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
