import { randomInt } from 'node:crypto';
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join, relative } from 'node:path';
import { Option, type Command } from '@commander-js/extra-typings';
import pino from 'pino';
import { exitCodes } from '../../core/error.ts';
import { GIB, MIB } from '../../core/units.ts';
import type { BootMode, Plan, RunRecord } from '../../results/record.ts';
import {
  assertWritableFolder,
  createRunFolder,
  RECORD_FILE,
  writeRecord,
  type RunFolder,
} from '../../results/store.ts';
import { summarise, type Summary } from '../../results/summary.ts';
import type { Scenario } from '../../scenarios/define.ts';
import { findScenario, scenarios as allScenarios } from '../../scenarios/registry.ts';
import type { HostContext } from '../host/context.ts';
import { describeHost } from '../host/describe.ts';
import { readHostServices } from '../host/host-services.ts';
import { ensureTools } from '../host/install.ts';
import type { CachedImage } from '../image/cache.ts';
import { resolveImage } from '../image/resolve.ts';
import { findLeftovers } from '../process/cleanup.ts';
import { takeRunLock } from '../process/run-lock.ts';
import { fakeImage } from '../runtimes/fake.ts';
import { parseRuntimes, type RuntimeSpec } from '../runtimes/spec.ts';
import { executeRun } from '../schedule/run.ts';
import { collect, size, wholeNumber } from './arguments.ts';
import type { Io } from './io.ts';
import { createProgress } from './progress.ts';
import { publish } from './publish.ts';
import { requireRoot, withHost } from './session.ts';
import { summaryTable } from './summary-table.ts';

const DEFAULT_MEMORY_BYTES = 512 * MIB;
const DEFAULT_CPUS = 2;

/** The words of `twinboot run`, with every default filled in. */
interface RunWords {
  plan: Plan;
  specs: RuntimeSpec[];
  scenarios: Scenario[];
  image: string | undefined;
  boot: BootMode | undefined;
  out: string;
  install: boolean;
  quiet: boolean;
  json: boolean;
}

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
    .option('--rounds <n>', 'measured rounds', wholeNumber(1, 100_000), 5)
    .option('--warmup <n>', 'rounds before those, not counted', wholeNumber(0, 1000), 1)
    .addOption(
      new Option('--cache <mode>', 'page cache before each boot')
        .choices(['warm', 'cold'] as const)
        .default('warm' as const),
    )
    .option(
      '--seed <n>',
      'of the order of boots and of the statistics (default: random)',
      wholeNumber(0, 2 ** 31 - 1),
    )
    .option(
      '--image <name>',
      'an image of `twinboot image list` (default: Debian stable, built when missing)',
    )
    .addOption(new Option('--boot <mode>', 'boot mode of the image').choices(['settled', 'first'] as const))
    .option('--memory <size>', 'memory of each instance', size(64 * MIB, 1024 * GIB), DEFAULT_MEMORY_BYTES)
    .option('--cpus <n>', 'CPUs of each instance (default: 2, or what the host has)', wholeNumber(1, 1024))
    .option('--timeout <s>', 'seconds that a boot may take to `ready`', wholeNumber(1, 86_400), 180)
    .option('--out <dir>', 'where the run folder is made', 'runs')
    .option('--install', 'install the host packages that are missing', false)
    .option('--quiet', 'no progress: only the result', false)
    .option('--json', 'print the summary as JSON', false)
    .action(async (scenarioIds, options) => {
      const specs = parseRuntimes(options.runtime.length > 0 ? options.runtime : ['default']);
      const scenarios =
        scenarioIds.length > 0 ? [...new Set(scenarioIds)].map(findScenario) : [...allScenarios];
      const plan: Plan = {
        scenarios: scenarios.map(({ id }) => id),
        runtimes: specs.map(({ id }) => id),
        rounds: options.rounds,
        warmup: options.warmup,
        cache: options.cache,
        seed: options.seed ?? randomInt(2 ** 31),
        timeoutMs: options.timeout * 1000,
        memoryBytes: options.memory,
        cpus: Math.min(options.cpus ?? DEFAULT_CPUS, availableParallelism()),
      };
      await run(io, { ...options, plan, specs, scenarios, image: options.image, boot: options.boot });
    });
}

/** The host tools that the chosen runtimes need, by name. */
function toolsOf(specs: readonly RuntimeSpec[]): string[] {
  return specs.flatMap(({ runtime }) => runtime.tools);
}

async function run(io: Io, words: RunWords): Promise<void> {
  const quietIo: Io =
    words.quiet || words.json ? { ...io, note: () => undefined, status: () => undefined } : io;
  const isFake = words.specs.every(({ runtime }) => runtime.id === 'fake');
  if (!isFake) requireRoot('run');
  await assertWritableFolder(words.out);
  const folder = await createRunFolder(words.out, new Date());
  let release: (() => void) | undefined;
  try {
    release = takeRunLock(`run ${folder.id}`);
    const record = await withHost(
      io,
      `run ${folder.id}`,
      async (host) => {
        await removeLeftovers(host, quietIo);
        if (!isFake)
          await ensureTools(host, io, 'bench', { install: words.install, also: toolsOf(words.specs) });
        const image = isFake ? fakeImage : await chooseImage(host, quietIo, words);
        return measure(host, quietIo, words, folder, image);
      },
      { asRoot: !isFake },
    );
    await tell(io, quietIo, words, folder, record);
  } finally {
    release?.();
    await removeIfEmpty(folder);
  }
}

/** A run that ended before its first record has nothing to show: its folder would only be in the way. */
async function removeIfEmpty({ path }: RunFolder): Promise<void> {
  if (!existsSync(join(path, RECORD_FILE))) await rm(path, { recursive: true, force: true });
}

/** What a killed run left behind would be measured along. */
async function removeLeftovers(host: HostContext, io: Io): Promise<void> {
  for (const leftover of findLeftovers(host.runner)) {
    io.note(`removing what ${leftover.purpose} (pid ${leftover.pid}, no longer alive) left behind`);
    for (const failure of await leftover.remove()) io.note(`could not be removed: ${failure}`);
  }
}

function chooseImage(host: HostContext, io: Io, words: RunWords): Promise<CachedImage> {
  return resolveImage(host, {
    name: words.image,
    boot: words.boot,
    note: (message) => io.note(message),
    progress: (message) => io.status(message),
  });
}

async function measure(
  host: HostContext,
  io: Io,
  words: RunWords,
  folder: RunFolder,
  image: CachedImage,
): Promise<RunRecord> {
  const services = readHostServices();
  const log = pino(
    { base: { run: folder.id } },
    pino.destination({ dest: join(folder.path, 'run.log'), sync: true }),
  );
  const record = await executeRun(host, {
    runId: folder.id,
    runFolder: folder.path,
    plan: words.plan,
    specs: words.specs,
    scenarios: words.scenarios,
    image,
    description: await describeHost(host.cgroups),
    onHost: (unit) => services.stateOf(unit),
    save: (current) => writeRecord(folder.path, current),
    listener: createProgress(io),
    log,
  });
  return record;
}

/** The end of a run, also of one that was cut short. */
async function tell(
  io: Io,
  quietIo: Io,
  words: RunWords,
  folder: RunFolder,
  record: RunRecord,
): Promise<void> {
  const summary = summarise(record);
  quietIo.status('drawing the report');
  const report = await publish(record, summary, folder.path);
  if (words.json) io.out(JSON.stringify({ folder: folder.path, state: record.state, ...summary }, null, 2));
  else {
    io.out(`\n${summaryTable(record, summary)}\n`);
    io.out(`record  ${relative('.', join(folder.path, 'run.json'))}`);
    io.out(`report  ${relative('.', report.html)}`);
  }
  io.exitCode = outcomeOf(record, summary);
  if (record.state === 'interrupted') io.note('interrupted: the report covers what was measured until then');
}

/** A run has failed where it was cut short, or where a runtime has not a single good boot to show. */
function outcomeOf(record: RunRecord, { boots }: Summary): number {
  const barren = boots.some(({ begun, failed }) => begun === failed);
  return record.state !== 'complete' || barren ? exitCodes.run : exitCodes.ok;
}
