import { Command, InvalidArgumentError, Option } from '@commander-js/extra-typings';
import { MIB, parseBytes } from '../../core/units.ts';
import type { Io } from '../../harness/cli/io.ts';
import { defaultSettings, type LabSettings } from './machine.ts';

/** What is done in a lab that is up. */
export type LabTask =
  | { kind: 'command'; command: string }
  | { kind: 'shell' }
  /** The tests of test/lab; `smoke`: those alone that every change has to pass. */
  | { kind: 'tests'; smoke: boolean; filter: string }
  /** With --keep alone. */
  | { kind: 'nothing' };

export interface LabOptions {
  task: LabTask;
  settings: LabSettings;
  /** Leaves the lab up until Ctrl-C, whatever became of the task. */
  keep: boolean;
  /** Copied to `out` afterwards. */
  fetch: string[];
  out: string;
}

/** Reads the command line. Throws commander's error for wrong words and for `--help`, which it has printed by then. */
export function readLabOptions(argv: readonly string[], io: Pick<Io, 'out' | 'note'>): LabOptions {
  const program = new Command('npm run lab --')
    .description(
      'boots a Debian host with systemd, cgroup v2 and a KVM that runs Linux, and runs twinboot in it',
    )
    .argument('[command...]', 'a shell command to run there, in the working tree')
    .option('--shell', 'open a shell there')
    .option('--tests', 'run the tests of test/lab there')
    .option('--smoke', 'with --tests: the quick part of them')
    .option('--filter <pattern>', 'with --tests: those whose names match')
    .option('--keep', 'leave the lab up until Ctrl-C')
    .option(
      '--fetch <path>',
      'copy a file or folder of the lab to --out afterwards; can be repeated',
      collect,
      [],
    )
    .option('--out <folder>', 'where to copy it', '.')
    .option('--memory <size>', 'memory of the lab, 2G or more', readMemory, defaultSettings.memoryBytes)
    .addOption(
      new Option('--host <kind>', 'a host with KVM, or the dom0 of Xen')
        .choices(['kvm', 'xen'] as const)
        .default('kvm' as const),
    )
    .addOption(
      new Option('--cgroups <mode>', 'what its systemd mounts')
        .choices(['v2', 'hybrid', 'v1'] as const)
        .default('v2' as const),
    )
    .passThroughOptions()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.out(text.trimEnd()),
      writeErr: (text) => io.note(text.trimEnd()),
    })
    .parse([...argv], { from: 'user' });
  const given = program.opts();
  const wrong = whyUnclear(program.args, given);
  if (wrong !== undefined) program.error(`error: ${wrong}`);
  return {
    task: taskOf(program.args, given),
    settings: { host: given.host, memoryBytes: given.memory, cgroups: given.cgroups },
    keep: given.keep === true,
    fetch: given.fetch,
    out: given.out,
  };
}

interface GivenTask {
  shell?: true;
  tests?: true;
  smoke?: true;
  filter?: string;
  keep?: true;
}

/** A lab takes a minute to boot: words that say nothing to do there, or two things, are refused before. */
function whyUnclear(words: readonly string[], given: GivenTask): string | undefined {
  const tasks = [
    ...(words.length > 0 ? ['a command'] : []),
    ...(given.shell === true ? ['--shell'] : []),
    ...(given.tests === true ? ['--tests'] : []),
  ];
  if (tasks.length > 1) return `one of ${tasks.join(' and ')}`;
  if (given.tests !== true && (given.smoke === true || given.filter !== undefined))
    return '--smoke and --filter go with --tests';
  if (tasks.length === 0 && given.keep !== true)
    return 'nothing to do: give a command, --shell, --tests or --keep';
  return undefined;
}

function taskOf(words: readonly string[], { shell, tests, smoke, filter }: GivenTask): LabTask {
  if (tests === true) return { kind: 'tests', smoke: smoke === true, filter: filter ?? '' };
  if (shell === true) return { kind: 'shell' };
  return words.length === 0 ? { kind: 'nothing' } : { kind: 'command', command: words.join(' ') };
}

function collect(path: string, before: string[]): string[] {
  return [...before, path];
}

const LEAST_BYTES = 2048 * MIB;

function readMemory(text: string): number {
  const bytes = parseBytes(text);
  if (bytes !== undefined && bytes >= LEAST_BYTES) return bytes;
  throw new InvalidArgumentError('a size of 2G or more, as 8G or 6144M.');
}
