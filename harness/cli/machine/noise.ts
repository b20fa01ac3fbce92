import { join, relative } from 'node:path';
import { Option, type Command } from '@commander-js/extra-typings';
import { exitCodes, usageError } from '../../../core/error.ts';
import { jsonText, plainLine } from '../../../core/text.ts';
import { adviceOn, type Advice } from '../../../results/noise/advice.ts';
import { analyseNoise } from '../../../results/noise/noise.ts';
import type { RunRecord } from '../../../results/record.ts';
import { readRecord, RECORD_FILE } from '../../../results/store.ts';
import { summarise } from '../../../results/summary.ts';
import { currentFindings, loadNow, recordedFindings, type NoiseFinding } from '../../host/noise-findings.ts';
import { processRunner } from '../../process/runner.ts';
import { parseRuntimes } from '../../runtimes/spec.ts';
import { collect } from '../arguments.ts';
import { silent, type Io } from '../io.ts';
import { measureRun, type RunOptions } from './measure-run.ts';
import { noiseText } from './noise-text.ts';
import { addBootOptions, planFrom, runOptions } from './run-options.ts';
import { outcomeOf } from './run.ts';
import { usualScenarios } from './scenarios.ts';

type Format = 'table' | 'json';

/** Enough for drift and for what a comparison finds. */
const DEFAULT_ROUNDS = 20;

/** `twinboot noise`: how much figures of this host vary while nothing changes. */
export function addNoiseCommand(program: Command, io: Io): void {
  addBootOptions(
    program
      .command('noise')
      .summary('say how much figures vary while nothing changes')
      .description(
        'Measures the same thing again and again (A/A), or takes a run that was measured, and tells for each metric and ' +
          'runtime how far its values spread, whether they drift, which slow-down a comparison of so many rounds would ' +
          'find, and whether it would have raised a false alarm. Then what can be done about it on this host.',
      )
      .argument('[run]', 'a run folder or its run.json; without it, the image is booted as by `twinboot run`')
      .option(
        '--runtime <spec>',
        'as of `twinboot run`; may be repeated (default: nspawn and qemu)',
        collect,
        [],
      )
      .addOption(runOptions.rounds().default(DEFAULT_ROUNDS)),
  )
    .addOption(
      new Option('--format <form>', 'how it is printed')
        .choices(['table', 'json'] as const)
        .default('table' as const),
    )
    .action(async (run, options, command) => {
      if (run !== undefined) {
        requireNoRunOptions(command);
        await analyse(io, await readRecord(run), options.format);
        return;
      }
      const specs = parseRuntimes(options.runtime.length > 0 ? options.runtime : ['default']);
      const plan = planFrom(options, {
        scenarios: usualScenarios.map(({ id }) => id),
        runtimes: specs.map(({ id }) => id),
        rounds: options.rounds,
      });
      await measure(io, { ...options, plan, specs, scenarios: usualScenarios }, options.format);
    });
}

/** A record is analysed as it is: who names rounds or runtimes beside it expects something else. */
function requireNoRunOptions(
  command: Pick<Command, 'getOptionValueSource'> & { options: readonly Option[] },
): void {
  const given = command.options
    .filter((option) => command.getOptionValueSource(option.attributeName()) === 'cli')
    .map((option) => option.long ?? '')
    .find((name) => name !== '--format');
  if (given === undefined) return;
  throw usageError('already-measured', `${given} is for measuring, and the run is measured already`, {
    hint: `leave out ${given}, or the run`,
  });
}

async function measure(io: Io, options: RunOptions, format: Format): Promise<void> {
  // The boots are themselves a load: what else the host does is asked before them.
  const load = loadNow();
  const { record, folder } = await measureRun(format === 'json' ? silent(io) : io, options);
  await analyse(io, record, format, [load]);
  if (format === 'table') io.out(`\nrecord  ${relative('.', join(folder.path, RECORD_FILE))}`);
  io.exitCode = outcomeOf(record, summarise(record));
}

/** Prints all that a record says about noise; exit 4 where it has not a single value. */
async function analyse(
  io: Io,
  record: RunRecord,
  format: Format,
  findings: readonly NoiseFinding[] = [],
): Promise<void> {
  const report = analyseNoise(record);
  const current = await currentFindings(record.host, { runner: processRunner, signal: io.signal });
  const onHost = [...findings, ...recordedFindings(record.host), ...(current ?? [])];
  const advice = [...adviceOn(report), ...onHost.flatMap(adviceFrom)];
  if (format === 'json') io.out(jsonText({ ...report, advice }, 2));
  else io.out(noiseText(report, advice));
  if (current === undefined) {
    io.note(
      'this is not the host of the run, or not as it was: its SMT, turbo boost and KSM are not looked at',
    );
  }
  if (report.rows.length === 0) io.exitCode = exitCodes.run;
}

function adviceFrom({ title, state, found, reason, fix }: NoiseFinding): Advice[] {
  if (state === 'ok') return [];
  const text = reason === undefined ? found : `${found}: ${reason}`;
  return [{ about: title, text: plainLine(text), ...(fix === undefined ? {} : { fix }) }];
}
