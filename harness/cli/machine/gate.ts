import { writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { Command } from '@commander-js/extra-typings';
import { exitCodes, TwinbootError, usageError, withHint } from '../../../core/error.ts';
import { formatList, formatSome } from '../../../core/words.ts';
import {
  assertSetName,
  DEFAULT_SET,
  findBaseline,
  newestBaseline,
  saveBaseline,
} from '../../../results/baseline/folder.ts';
import { needsBaseline, type BaselineState } from '../../../results/gate/baseline-rules.ts';
import { gateDocument } from '../../../results/gate/document.ts';
import { evaluateGate } from '../../../results/gate/evaluate.ts';
import { expectedText, parseExpected } from '../../../results/gate/expected-file.ts';
import { findingsByRuntime } from '../../../results/gate/expected-rules.ts';
import { GATE_FILE, readGate, type Gate } from '../../../results/gate/read-gate.ts';
import { plannedReach, type PlannedRun } from '../../../results/gate/reach.ts';
import { runtimeSubjects } from '../../../results/gate/subjects.ts';
import type { GateResult } from '../../../results/gate/verdict.ts';
import type { RunPlan, RunRecord } from '../../../results/record.ts';
import { readRecord, RECORD_FILE } from '../../../results/store.ts';
import { summarise } from '../../../results/summary.ts';
import { writeFailure } from '../../../results/write-failure.ts';
import { findScenario, scenarios } from '../../../scenarios/registry.ts';
import type { Scenario } from '../../contract/scenario.ts';
import { parseRuntimes } from '../../runtimes/spec.ts';
import { knownNames } from './gate-names.ts';
import { silent, type Io } from '../io.ts';
import { measureRun } from './measure-run.ts';
import { publish } from '../publish.ts';
import { roundsOf } from './fleet-options.ts';
import { planOf, runOptions } from './run-options.ts';
import { surveyedScenarios, usualScenarios } from './scenarios.ts';
import { formatOption, showVerdicts } from '../show-verdicts.ts';

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
    .option(
      '--save-expected',
      'where there is no file of `expected` yet: write into it what these boots show',
      false,
    )
    .addOption(formatOption())
    .addOption(runOptions.out())
    .addOption(runOptions.install())
    .addOption(runOptions.quiet())
    .action(async (file, options) => {
      const read = await readGate(file, knownNames);
      assertSetName(options.baseline);
      const progress = options.quiet ? silent(io) : io;
      const record =
        options.run === undefined
          ? await measure(io, progress, read, options)
          : await readRecord(options.run);
      const gate = options.saveExpected ? await saveExpected(progress, read, record) : read;
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
  progress: Io,
  gate: Gate,
  { out, install, baseline: set }: { out: string; install: boolean; baseline: string },
): Promise<RunRecord> {
  const { run } = gate;
  const specs = (run.runtimes ?? ['default']).flatMap((text) => parseRuntimes([text]));
  const chosen = run.scenarios?.map((id) => findScenario(id)) ?? usualScenarios;
  requireMeasured(gate, chosen);
  const { rounds, warmup, fleet, ...choices } = run;
  const plan = planOf({
    ...choices,
    ...roundsOf(chosen, { rounds, warmup, ...fleet }),
    scenarios: chosen.map(({ id }) => id),
    runtimes: specs.map(({ id }) => id),
  });
  const against = needsBaseline(gate)
    ? await newestBaseline(gate.baselines, set, { image: run.image, runtimes: plan.runtimes })
    : undefined;
  const caveat = plannedReach(gate, plannedRun(plan), against);
  if (caveat !== undefined) io.note(`! ${caveat}`);
  const options = { plan, specs, scenarios: chosen, image: run.image, out, install };
  const { record, folder } = await measureRun(progress, options);
  progress.status('drawing the report');
  await publishIfPossible(progress, record, folder.path);
  progress.note(`record  ${relative('.', join(folder.path, RECORD_FILE))}`);
  return record;
}

/**
 * A limit that nothing measures fails, which is better said before anything boots. Errors: `unmeasured-metric` (usage).
 */
function requireMeasured({ file, metrics }: Gate, chosen: readonly Scenario[]): void {
  const isMeasured = (id: string): boolean =>
    chosen.some((scenario) => scenario.metrics.some((metric) => metric.id === id));
  const lacking = Object.keys(metrics).filter((id) => !isMeasured(id));
  if (lacking.length === 0) return;
  const needed = scenarios.filter((scenario) => scenario.metrics.some(({ id }) => lacking.includes(id)));
  throw usageError(
    'unmeasured-metric',
    `${file} limits ${formatSome(lacking)}, which this run does not measure`,
    {
      hint: `name ${formatList(needed.map(({ id }) => id))} in \`scenarios\``,
    },
  );
}

/** A fleet gives a value of each metric in a series, other scenarios in a round. */
function plannedRun({ rounds, fleet, runtimes }: RunPlan): PlannedRun {
  return {
    runtimes,
    valuesOf: (metric) => {
      const isOfFleet = surveyedScenarios.some(({ metrics }) => metrics.some(({ id }) => id === metric));
      return isOfFleet ? (fleet?.series ?? 0) : rounds;
    },
  };
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
  const isNeeded = needsBaseline(gate) || willBeSaved;
  const found = await findBaseline(gate.baselines, set, record).catch((error: unknown) => {
    // Where no rule needs it, it only explains what fails.
    if (isNeeded || !(error instanceof TwinbootError)) throw error;
    return { reason: 'nothing needs one' };
  });
  return 'baseline' in found
    ? { side: { name: found.baseline.name, records: [found.baseline.record] } }
    : { reason: found.reason, willBeSaved };
}

/** The gate with what this record shows as what is expected, written beside it; as it was where its file exists. */
async function saveExpected(io: Io, gate: Gate, record: RunRecord): Promise<Gate> {
  const { expected } = gate;
  if (expected === undefined || expected.expectations !== undefined) return gate;
  const { name, path } = expected;
  const text = expectedText(findingsByRuntime(record, runtimeSubjects(gate, record)));
  try {
    await writeFile(path, text, { flag: 'wx' });
  } catch (error) {
    throw writeFailure(error, path);
  }
  io.note(`wrote ${relative('.', path)}: read it, and commit it`);
  const isKnown = (id: string): boolean => record.runtimes.some((runtime) => runtime.id === id);
  return { ...gate, expected: { name, path, expectations: parseExpected(text, name, isKnown) } };
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
