import { join, relative } from 'node:path';
import type { Command } from '@commander-js/extra-typings';
import { exitCodes, TwinbootError, withHint } from '../../core/error.ts';
import { assertSetName, DEFAULT_SET, findBaseline, saveBaseline } from '../../results/baseline/folder.ts';
import { needsBaseline, type BaselineState } from '../../results/gate/baseline-rules.ts';
import { gateDocument } from '../../results/gate/document.ts';
import { evaluateGate } from '../../results/gate/evaluate.ts';
import { GATE_FILE, readGate, type Gate } from '../../results/gate/read-gate.ts';
import type { GateResult } from '../../results/gate/verdict.ts';
import type { RunRecord } from '../../results/record.ts';
import { readRecord, RECORD_FILE } from '../../results/store.ts';
import { summarise } from '../../results/summary.ts';
import { findScenario } from '../../scenarios/registry.ts';
import { parseRuntimes } from '../runtimes/spec.ts';
import { knownNames } from './gate-names.ts';
import { silent, type Io } from './io.ts';
import { measureRun } from './measure-run.ts';
import { publish } from './publish.ts';
import { planOf, runOptions } from './run-options.ts';
import { scenariosOfOneBoot, usualScenarios } from './scenarios.ts';
import { formatOption, showVerdicts } from './show-verdicts.ts';

/** `twinboot gate`: exit 0 where every rule of the file holds, 1 where one does not. */
export function addGateCommand(program: Command, io: Io): void {
  program
    .command('gate')
    .summary('run what twinboot.yaml says, and fail where a rule of it does not hold')
    .description(
      'Boots and measures as the file says, then holds the record against its rules: limits on metrics, absolute or ' +
        'relative to a baseline of this environment, and rules for services, boots and the image. A metric that is ' +
        'missing is a failure.',
    )
    .argument('[file]', 'the rules', GATE_FILE)
    .option('--run <run>', 'judge this run folder or run.json, and boot nothing')
    .option('--baseline <name>', 'which set of baselines to compare with', DEFAULT_SET)
    .option(
      '--save-baseline',
      'where this environment has no baseline yet: skip what needs one, and make this run it if all else holds',
      false,
    )
    .addOption(formatOption())
    .addOption(runOptions.out())
    .addOption(runOptions.install())
    .addOption(runOptions.quiet())
    .action(async (file, options) => {
      const gate = await readGate(file, knownNames);
      assertSetName(options.baseline);
      const progress = options.quiet ? silent(io) : io;
      const record =
        options.run === undefined ? await measure(progress, gate, options) : await readRecord(options.run);
      const baseline = await baselineOf(gate, record, options);
      const result = evaluateGate(gate, record, baseline);
      showVerdicts(io, gateDocument(result, record.startedAt), options.format);
      if ('willBeSaved' in baseline && baseline.willBeSaved) {
        await saveFirst(progress, gate, record, result, options.baseline);
      }
      // What was cut short here and now is no verdict on the image.
      if (options.run === undefined && record.state === 'interrupted') io.exitCode = exitCodes.run;
    });
}

/** As `twinboot run` with the settings of the file. */
async function measure(
  io: Io,
  { run }: Gate,
  { out, install }: { out: string; install: boolean },
): Promise<RunRecord> {
  const specs = (run.runtimes ?? ['default']).flatMap((text) => parseRuntimes([text]));
  const chosen = run.scenarios?.map((id) => findScenario(id, scenariosOfOneBoot)) ?? usualScenarios;
  const plan = planOf({
    ...run,
    scenarios: chosen.map(({ id }) => id),
    runtimes: specs.map(({ id }) => id),
  });
  const options = { plan, specs, scenarios: chosen, image: run.image, out, install };
  const { record, folder } = await measureRun(io, options);
  io.status('drawing the report');
  await publishIfPossible(io, record, folder.path);
  io.note(`record  ${relative('.', join(folder.path, RECORD_FILE))}`);
  return record;
}

/** The verdict is of the record: it does not wait for space for a picture. */
async function publishIfPossible(io: Io, record: RunRecord, folder: string): Promise<void> {
  try {
    await publish(record, summarise(record), folder, (message) => io.note(message));
  } catch (error) {
    if (!(error instanceof TwinbootError)) throw error;
    io.note(`the run has no report, or not all of it: ${withHint(error)}`);
  }
}

async function baselineOf(
  gate: Gate,
  record: RunRecord,
  { baseline: set, saveBaseline: willBeSaved }: { baseline: string; saveBaseline: boolean },
): Promise<BaselineState> {
  if (!needsBaseline(gate) && !willBeSaved) return { reason: 'nothing needs one', willBeSaved };
  const found = await findBaseline(gate.baselines, set, record);
  return 'baseline' in found
    ? { side: { name: found.baseline.name, records: [found.baseline.record] } }
    : { reason: found.reason, willBeSaved };
}

async function saveFirst(
  io: Io,
  gate: Gate,
  record: RunRecord,
  { passed }: GateResult,
  set: string,
): Promise<void> {
  if (!passed) {
    io.note('not saved as the baseline: the gate failed');
    return;
  }
  const { name, path } = await saveBaseline(gate.baselines, set, record);
  io.note(`saved as the baseline ${name}: commit ${relative('.', path)}`);
}
