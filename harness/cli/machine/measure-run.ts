import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import pino, { type Logger } from 'pino';
import { recordedCommandLine } from '../../../core/recorded-words.ts';
import type { BootMode, RunPlan, RunRecord, RuntimeKind } from '../../../results/record.ts';
import {
  assertWritableFolder,
  createRunFolder,
  RECORD_FILE,
  writeRecord,
  type RunFolder,
} from '../../../results/store.ts';
import { writeFailure } from '../../../results/write-failure.ts';
import type { Scenario } from '../../contract/scenario.ts';
import type { HostContext } from '../../host/context.ts';
import { describeHost } from '../../host/describe.ts';
import { readHostServices } from '../../host/host-services.ts';
import { ensureTools } from '../../host/install.ts';
import { setOrdinaryPriority } from '../../host/own-priority.ts';
import { examineBeforeRun } from '../../host/preflight.ts';
import { describeTool } from '../../host/tool-version.ts';
import type { CachedImage } from '../../image/cache.ts';
import { resolveImage } from '../../image/resolve.ts';
import { findLeftovers } from '../../process/cleanup.ts';
import { takeRunLock } from '../../process/run-lock.ts';
import { fakeImage } from '../../runtimes/fake.ts';
import type { RuntimeSpec } from '../../runtimes/spec.ts';
import type { RunListener, RunRequest } from '../../schedule/request.ts';
import { executeRun } from '../../schedule/run.ts';
import type { Io } from '../io.ts';
import { createProgress } from './progress.ts';
import { requireRoot, withHost } from './session.ts';

/** What is measured, and where it goes. */
export interface RunOptions {
  plan: RunPlan;
  specs: readonly RuntimeSpec[];
  scenarios: readonly Scenario[];
  /** Its name; without it, Debian stable, built when missing. */
  image?: string | undefined;
  boot?: BootMode | undefined;
  out: string;
  install: boolean;
}

/** Measures as `twinboot run` does, up to the complete record: one run, in a folder of its own. */
export function measureRun(io: Io, options: RunOptions): Promise<{ record: RunRecord; folder: RunFolder }> {
  return withBench(io, options, options.specs, async (bench) => {
    const image = await bench.image(options);
    const request = await bench.request(options, image, bench.folder);
    return { record: await executeRun(bench.host, request), folder: bench.folder };
  });
}

/** A host that stands ready to be measured on, and a new folder for what comes of it. */
export interface Bench {
  host: HostContext;
  folder: RunFolder;
  listener: RunListener;
  /** Finds or builds the image of that name. */
  image(options: Pick<RunOptions, 'image' | 'boot'>): Promise<CachedImage>;
  /** What the schedule needs for a run whose record lies in `folder`. */
  request(options: RunOptions, image: CachedImage, folder: RunFolder): Promise<RunRequest>;
}

/**
 * Makes the run folder, takes the host for this run alone, removes what a killed run left behind, and sees that the
 * tools are there; gives all of it back when `work` ends. The folder stays if it holds anything.
 * Errors: `not-root`, `host-busy`, `missing-tool`, … (host).
 */
export async function withBench<T>(
  io: Io,
  { out, install }: Pick<RunOptions, 'out' | 'install'>,
  specs: readonly RuntimeSpec[],
  work: (bench: Bench) => Promise<T>,
): Promise<T> {
  const isFake = specs.every(({ runtime }) => runtime.id === 'fake');
  if (!isFake) requireRoot('run');
  await assertWritableFolder(out);
  const folder = await createRunFolder(out, new Date());
  const listener = createProgress(io);
  let release: (() => void) | undefined;
  try {
    const log = openLog(folder);
    release = takeRunLock(`run ${folder.id}`);
    return await withHost(
      io,
      `run ${folder.id}`,
      async (host) => {
        await removeLeftovers(host, io);
        if (!isFake) await ensureTools(host, io, 'bench', { install, also: toolsOf(specs, install, host) });
        const lacking = isFake ? [] : await standReady(host, kindsOf(specs));
        for (const { message } of lacking) io.note(message);
        const tool = await describeTool(host.runner);
        const provenance = { tool, commandLine: recordedCommandLine(io.words) };
        return work({
          host,
          folder,
          listener,
          image: (options) => (isFake ? Promise.resolve(fakeImage) : chooseImage(host, io, options)),
          request: (options, image, own) =>
            runRequest(host, options, image, own, { lacking, listener, log, provenance }),
        });
      },
      { asRoot: !isFake },
    );
  } finally {
    release?.();
    await removeWithoutRecord(folder);
  }
}

function openLog(folder: RunFolder): Logger {
  const file = join(folder.path, 'run.log');
  try {
    const destination = pino.destination({ dest: file, sync: true });
    // A full disk must not end the run from here: the record's own write reports it.
    destination.on('error', () => undefined);
    return pino({ base: { run: folder.id } }, destination);
  } catch (error) {
    throw writeFailure(error, file);
  }
}

/**
 * The host tools that the chosen runtimes need, by name. What a preset named and this host lacks is brought by
 * --install; without it, it is no reason to refuse the run: such a runtime is left out.
 */
function toolsOf(specs: readonly RuntimeSpec[], install: boolean, host: HostContext): string[] {
  return specs
    .filter(({ optional }) => install || !optional)
    .flatMap(({ runtime, options }) => [...runtime.tools, ...(runtime.toolsFor?.(options, host) ?? [])]);
}

/** Before anything boots: what stands in the way ends the run here; what bears on the figures is said, and recorded. */
async function standReady(
  host: HostContext,
  kinds: ReadonlySet<RuntimeKind>,
): Promise<RunRecord['warnings']> {
  const inherited = await setOrdinaryPriority(host.runner);
  const lacking = await examineBeforeRun(host, kinds);
  return [...inherited.map((message) => ({ code: 'inherited', message })), ...lacking];
}

function kindsOf(specs: readonly RuntimeSpec[]): ReadonlySet<RuntimeKind> {
  return new Set(specs.map(({ runtime }) => runtime.kind));
}

/** What a killed run left behind would be measured along. */
async function removeLeftovers(host: HostContext, io: Io): Promise<void> {
  for (const leftover of findLeftovers(host.runner)) {
    io.note(`removing what ${leftover.purpose} (pid ${leftover.pid}, no longer alive) left behind`);
    for (const { message } of await leftover.remove()) io.note(`could not be removed: ${message}`);
  }
}

function chooseImage(
  host: HostContext,
  io: Io,
  { image, boot }: Pick<RunOptions, 'image' | 'boot'>,
): Promise<CachedImage> {
  return resolveImage(host, {
    name: image,
    boot,
    note: (message) => io.note(message),
    progress: (message) => io.status(message),
  });
}

async function runRequest(
  host: HostContext,
  { plan, specs, scenarios }: RunOptions,
  image: CachedImage,
  { id, path }: RunFolder,
  given: Pick<RunRequest, 'lacking' | 'listener' | 'log' | 'provenance'>,
): Promise<RunRequest> {
  const services = readHostServices();
  return {
    runId: id,
    runFolder: path,
    plan,
    specs,
    scenarios,
    image,
    description: await describeHost(host.cgroups),
    onHost: (unit) => services.stateOf(unit),
    save: (record) => writeRecord(path, record),
    ...given,
  };
}

/** A run that ended before its first record has nothing to show: its folder would only be in the way. */
async function removeWithoutRecord({ path }: RunFolder): Promise<void> {
  const records = [path, join(path, 'a')].map((folder) => join(folder, RECORD_FILE));
  if (!records.some((file) => existsSync(file))) await rm(path, { recursive: true, force: true });
}
