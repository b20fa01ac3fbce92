import { randomInt } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { Option, type Command, type OptionValues } from '@commander-js/extra-typings';
import { GIB, MIB } from '../../../core/units.ts';
import { MOST_WARMUP } from '../../../results/warm.ts';
import { bootModeSchema, type BootMode, type RunPlan } from '../../../results/record.ts';
import { size, wholeNumber } from '../arguments.ts';

/** What a run is where nothing else is said. */
const defaults = {
  rounds: 5,
  warmup: 1,
  cache: 'warm',
  timeoutMs: 180_000,
  /** systemd gives a unit 90 s to stop (DefaultTimeoutStopSec=, systemd-system.conf(5)). */
  stopTimeoutMs: 120_000,
  memoryBytes: 512 * MIB,
  /** Or as many as the host has. */
  cpus: 2,
} as const;

/** How many rounds, or as many as it takes. */
export type WarmupChoice = number | 'auto';

function warmupRounds(text: string): WarmupChoice {
  return text === 'auto' ? text : wholeNumber(0, 1000)(text);
}

/** Each call makes an option of its own. */
export const runOptions = {
  rounds: () =>
    new Option('--rounds <n>', 'measured rounds').argParser(wholeNumber(1, 100_000)).default(defaults.rounds),
  warmup: () =>
    new Option(
      '--warmup <n>',
      `rounds before those, not counted; auto: until \`ready\` no longer goes one way, ${MOST_WARMUP} at most`,
    )
      .argParser(warmupRounds)
      .default<WarmupChoice>(defaults.warmup),
  cache: () =>
    new Option('--cache <mode>', 'page cache before each boot')
      .choices(['warm', 'cold'] as const)
      .default(defaults.cache),
  seed: () =>
    new Option('--seed <n>', 'of the order of boots and of the statistics (default: random)').argParser(
      wholeNumber(0, 2 ** 31 - 1),
    ),
  image: () =>
    new Option(
      '--image <name>',
      'an image of `twinboot image list` (default: Debian stable, built when missing)',
    ),
  boot: () => new Option('--boot <mode>', 'boot mode of the image').choices(bootModeSchema.options),
  memory: () =>
    new Option('--memory <size>', 'memory of each instance')
      .argParser(size(64 * MIB, 1024 * GIB))
      .default(defaults.memoryBytes, '512M'),
  cpus: () =>
    new Option('--cpus <n>', 'CPUs of each instance (default: 2, or what the host has)').argParser(
      wholeNumber(1, 1024),
    ),
  timeout: () =>
    new Option('--timeout <s>', 'seconds that a boot may take to `ready`')
      .argParser(wholeNumber(1, 86_400))
      .default(defaults.timeoutMs / 1000),
  stopTimeout: () =>
    new Option('--stop-timeout <s>', 'seconds that an instance may take to power off')
      .argParser(wholeNumber(1, 86_400))
      .default(defaults.stopTimeoutMs / 1000),
  keepGoing: () =>
    new Option('--keep-going', 'boot a runtime on whose first boots failed in the same way').default(false),
  out: () => new Option('--out <dir>', 'where the run folder is made').default('runs'),
  install: () => new Option('--install', 'install the host packages that are missing').default(false),
  quiet: () => new Option('--quiet', 'no progress: only the result').default(false),
};

/**
 * Adds the options that `run`, `ab` and `noise` share: how an instance is booted, and where the run goes. The result's
 * type is stated: the compiler takes minutes to write down the one that it infers.
 */
export function addBootOptions<Args extends unknown[], Options extends OptionValues>(
  command: Command<Args, Options>,
): Command<Args, Options & BootOptions> {
  command.addOption(runOptions.warmup());
  command.addOption(runOptions.cache());
  command.addOption(runOptions.seed());
  command.addOption(runOptions.image());
  command.addOption(runOptions.boot());
  command.addOption(runOptions.memory());
  command.addOption(runOptions.cpus());
  command.addOption(runOptions.timeout());
  command.addOption(runOptions.stopTimeout());
  command.addOption(runOptions.keepGoing());
  command.addOption(runOptions.out());
  command.addOption(runOptions.install());
  return command as unknown as Command<Args, Options & BootOptions>;
}

/** What a plan is made of, with the defaults of `twinboot run` for what is not said. */
export type PlanChoices = Pick<RunPlan, 'scenarios' | 'runtimes'> &
  Partial<Pick<RunPlan, 'rounds' | 'cache' | 'keepGoing' | 'memoryBytes' | 'fleet'>> & {
    warmup?: WarmupChoice | undefined;
    seed?: number | undefined;
    cpus?: number | undefined;
    timeoutMs?: number | undefined;
    stopTimeoutMs?: number | undefined;
  };

/** What the options of `addBootOptions` parse to. */
export interface BootOptions {
  warmup: WarmupChoice;
  cache: RunPlan['cache'];
  seed?: number | undefined;
  memory: number;
  cpus?: number | undefined;
  /** s. */
  timeout: number;
  /** s. */
  stopTimeout: number;
  keepGoing: boolean;
  image?: string | undefined;
  boot?: BootMode | undefined;
  out: string;
  install: boolean;
}

/** The plan of a command line; `choices` win. */
export function planFrom(
  options: Omit<BootOptions, 'image' | 'boot' | 'out' | 'install'>,
  choices: PlanChoices,
): RunPlan {
  return planOf({
    ...options,
    memoryBytes: options.memory,
    timeoutMs: options.timeout * 1000,
    stopTimeoutMs: options.stopTimeout * 1000,
    ...choices,
  });
}

export function planOf(choices: PlanChoices): RunPlan {
  return {
    scenarios: choices.scenarios,
    runtimes: choices.runtimes,
    rounds: choices.rounds ?? defaults.rounds,
    ...(choices.warmup === 'auto'
      ? { warmup: MOST_WARMUP, warmupUntil: 'steady' as const }
      : { warmup: choices.warmup ?? defaults.warmup }),
    cache: choices.cache ?? defaults.cache,
    seed: choices.seed ?? randomInt(2 ** 31),
    timeoutMs: choices.timeoutMs ?? defaults.timeoutMs,
    stopTimeoutMs: choices.stopTimeoutMs ?? defaults.stopTimeoutMs,
    keepGoing: choices.keepGoing ?? false,
    memoryBytes: choices.memoryBytes ?? defaults.memoryBytes,
    cpus: Math.min(choices.cpus ?? defaults.cpus, availableParallelism()),
    ...(choices.fleet === undefined ? {} : { fleet: choices.fleet }),
  };
}
