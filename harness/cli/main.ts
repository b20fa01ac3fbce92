#!/usr/bin/env node
import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Command, Help, type Option } from '@commander-js/extra-typings';
import { packageVersion } from '../../core/package-root.ts';
import { explain } from './explain.ts';
import type { Io } from './io.ts';
import { watchOutput, whenReaderLeaves } from './output.ts';
import { endsWithTerminal, requireWorkingFolder, setSurroundings } from './surroundings.ts';
import { noteAtOnce, terminalIo } from './terminal.ts';

/** Runs one command line and returns its exit code. Called in process by the tests. */
export async function main(argv: readonly string[], io: Io): Promise<number> {
  io.words = argv;
  const program = await createProgram(io, argv[0]);
  try {
    requireWorkingFolder();
    await program.parseAsync([...argv], { from: 'user' });
    return io.exitCode;
  } catch (error) {
    return explain(error, io);
  }
}

async function createProgram(io: Io, asked: string | undefined): Promise<Command> {
  const program = new Command('twinboot')
    .description(
      'Boots one Linux image in a container and in a virtual machine, and measures what the difference costs.',
    )
    .version(packageVersion())
    .showHelpAfterError('(--help says more)')
    .exitOverride()
    .configureHelp({ optionDescription: describeOption })
    .configureOutput({
      writeOut: (text) => io.out(text.trimEnd()),
      writeErr: (text) => io.note(text.trimEnd()),
    });
  for (const add of await loadCommands(asked)) add(program, io);
  inheritSettings(program);
  return program;
}

type AddCommand = (program: Command, io: Io) => void;

/**
 * Every command by its name, in the order of the help. Loaded when it is needed: a start takes the time of one of them.
 */
const commands: Record<string, () => Promise<AddCommand>> = {
  run: async () => (await import('./machine/run.ts')).addRunCommand,
  compare: async () => (await import('./records/compare.ts')).addCompareCommand,
  ab: async () => (await import('./machine/ab.ts')).addAbCommand,
  gate: async () => (await import('./machine/gate.ts')).addGateCommand,
  baseline: async () => (await import('./records/baseline.ts')).addBaselineCommand,
  history: async () => (await import('./records/history.ts')).addHistoryCommand,
  noise: async () => (await import('./machine/noise.ts')).addNoiseCommand,
  plan: async () => (await import('./records/plan.ts')).addPlanCommand,
  report: async () => (await import('./records/report.ts')).addReportCommand,
  archive: async () => (await import('./records/archive.ts')).addArchiveCommand,
  runtimes: async () => (await import('./machine/runtimes.ts')).addRuntimesCommand,
  image: async () => (await import('./machine/image.ts')).addImageCommand,
  doctor: async () => (await import('./machine/doctor.ts')).addDoctorCommand,
  clean: async () => (await import('./machine/clean.ts')).addCleanCommand,
};

/** The command that was asked for; all of them where it is none, for the help and for suggestions. */
function loadCommands(asked = ''): Promise<AddCommand[]> {
  const chosen = Object.hasOwn(commands, asked) ? [commands[asked]] : Object.values(commands);
  return Promise.all(chosen.map((load) => load?.()).filter((load) => load !== undefined));
}

/** An empty list is no default worth a word. */
function describeOption(option: Option): string {
  return new Help().optionDescription(option).replace(' (default: [])', '');
}

/** commander copies settings to subcommands that it makes itself only when they are made after the setting. */
function inheritSettings(program: Command): void {
  for (const command of program.commands) {
    command.copyInheritedSettings(program);
    inheritSettings(command as unknown as Command);
  }
}

/** Ctrl-C and SIGTERM end the run in order: the first asks, a second one does not wait for the answer. */
function abortOnSignal(): AbortSignal {
  const controller = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      if (controller.signal.aborted || (name === 'SIGHUP' && !endsWithTerminal())) return;
      noteAtOnce(`\n${name}: stopping and cleaning up`);
      controller.abort();
    });
  }
  whenReaderLeaves([process.stdout, process.stderr], () => controller.abort());
  return controller.signal;
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  setSurroundings();
  const output = watchOutput();
  const exitCode = await main(process.argv.slice(2), terminalIo(abortOnSignal()));
  process.exitCode = await output.exitCode(exitCode);
}
