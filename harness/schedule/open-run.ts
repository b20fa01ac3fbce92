import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hostError, TwinbootError, withHint } from '../../core/error.ts';
import { plainLine } from '../../core/text.ts';
import { RECORD_SCHEMA, type RunRecord, type Sample, type SampleError } from '../../results/record.ts';
import { writeFailure } from '../../results/write-failure.ts';
import type { SurveyName } from '../contract/fleet-readings.ts';
import type { Scenario } from '../contract/scenario.ts';
import { artifactsOf, surveyOf } from '../fleet/registry.ts';
import type { HostContext } from '../host/context.ts';
import type { CachedImage } from '../image/cache.ts';
import { prepareRuntime } from '../runtimes/prepare.ts';
import type { PreparedRuntime } from '../runtimes/runtime.ts';
import { startedCommand } from '../runtimes/started-command.ts';
import { boundaryWarnings, warningsOf } from './warnings.ts';
import { bootOnce } from './boot.ts';
import type { PlannedBoot } from './order.ts';
import { HOPELESS_BOOTS, whyHopeless } from './hopeless.ts';
import { circumstancesOf, deadlinesOf, type RunListener, type RunRequest } from './request.ts';
import { sampleOf } from './samples.ts';
import { takeSurvey } from './take-survey.ts';
import type { ProcessRunner } from '../process/runner.ts';

/** A run between its preparation and its end: whoever has it decides which boot is next. */
export interface OpenRun {
  /** Grows with every boot. */
  readonly record: RunRecord;
  /**
   * Boots once, and saves the record with what came of it. The time that the boot took until `ready`, ms of wall time,
   * its preparation included; `undefined` where it did not get there. Throws where the run was interrupted.
   */
  boot(planned: PlannedBoot): Promise<number | undefined>;
  /**
   * Whether a runtime is not booted again, because it is hopeless and the plan does not keep going. Said, and recorded,
   * the first time that it is so.
   */
  hasGivenUp(runtime: string): boolean;
  /**
   * Takes a survey of one runtime, and saves the record with every state of it. Throws where the run was interrupted.
   */
  survey(survey: SurveyName, planned: PlannedBoot): Promise<void>;
  /** Saves the record as complete, or as interrupted where the host's signal says so. */
  end(): Promise<void>;
  /** Gives back what was prepared. */
  release(): Promise<void>;
}

/** Prepares every runtime and saves the record for the first time. Nothing has booted when this returns. */
export async function openRun(host: HostContext, request: RunRequest): Promise<OpenRun> {
  const { runtimes: prepared, leftOut } = await prepareRuntimes(host, request);
  const record = newRecord(request, prepared);
  const boundaries = boundaryWarnings(request.image, record.runtimes, request.specs);
  for (const { message } of boundaries) request.listener.note(message);
  record.warnings.push(...request.lacking, ...leftOut, ...boundaries);
  await makeConsoleFolder(request.runFolder);
  await request.save(record);
  const ofOneBoot = request.scenarios.filter((scenario) => surveyOf(scenario) === undefined);
  return {
    record,
    async boot(planned) {
      const { samples, bootMs } = await runBoot(host, request, prepared, planned, ofOneBoot);
      record.samples.push(...samples);
      await request.save(record);
      return bootMs === 0 ? undefined : bootMs;
    },
    hasGivenUp(runtime) {
      if (request.plan.keepGoing === true) return false;
      const failure = whyHopeless(record.samples, runtime);
      if (failure !== undefined) tellGivenUp(record, request.listener, runtime, failure);
      return failure !== undefined;
    },
    async survey(survey, planned) {
      const runtime = preparedAs(prepared, planned.runtime);
      const place = record.samples.length;
      await takeSurvey(host, request, runtime, survey, planned, async (samples) => {
        record.samples.splice(place, samples.length, ...samples);
        await request.save(record);
      });
    },
    async end() {
      record.state = host.signal.aborted ? 'interrupted' : 'complete';
      record.endedAt = new Date().toISOString();
      await request.save(record);
      request.log.info({ state: record.state, samples: record.samples.length }, 'run ended');
    },
    async release() {
      for (const runtime of prepared.values()) await runtime.release();
    },
  };
}

async function makeConsoleFolder(runFolder: string): Promise<void> {
  const folder = join(runFolder, 'console');
  await mkdir(folder, { recursive: true }).catch((error: unknown) => {
    throw writeFailure(error, folder);
  });
}

/**
 * Prepares every runtime before anything boots. One that this host cannot run ends the run here with its reason and
 * fix; one that only a preset named is left out, and the record says why.
 */
async function prepareRuntimes(host: HostContext, request: RunRequest): Promise<Prepared> {
  const prepared: Prepared = { runtimes: new Map(), leftOut: [] };
  const limits = { memoryBytes: request.plan.memoryBytes, cpus: request.plan.cpus };
  for (const spec of request.specs) {
    const { id, optional } = spec;
    const note = (message: string): void => request.listener.note(`${id}: ${message}`);
    try {
      const context = { host, image: request.image, limits, note };
      prepared.runtimes.set(id, keepingCommand(await prepareRuntime(spec, context), host, request.image));
    } catch (error) {
      if (!optional || !(error instanceof TwinbootError) || error.kind !== 'host') throw error;
      const why = withHint(error);
      note(`left out: ${why}`);
      prepared.leftOut.push({
        code: 'runtime-left-out',
        message: `${id} was left out: ${why}`,
      });
    }
  }
  if (prepared.runtimes.size > 0) return prepared;
  throw hostError('no-runtime', 'this host can run none of the runtimes', {
    hint: 'twinboot runtimes says why',
  });
}

/** The record gets the command line of the first instance, whatever it was started for. */
function keepingCommand(
  runtime: PreparedRuntime,
  { workFolder }: HostContext,
  { folder }: CachedImage,
): PreparedRuntime {
  const { description } = runtime;
  return {
    ...runtime,
    async start(request) {
      const instance = await runtime.start(request);
      if (instance.command !== undefined) {
        const places = { bootId: request.bootId, workFolder, imageFolder: folder };
        description.command ??= startedCommand(instance.command, places);
      }
      return instance;
    },
  };
}

interface Prepared {
  runtimes: Map<string, PreparedRuntime>;
  leftOut: RunRecord['warnings'];
}

async function runBoot(
  host: HostContext,
  request: RunRequest,
  prepared: ReadonlyMap<string, PreparedRuntime>,
  boot: PlannedBoot,
  scenarios: readonly Scenario[],
): Promise<{ samples: Sample[]; bootMs: number }> {
  const runtime = preparedAs(prepared, boot.runtime);
  const { plan, listener, log } = request;
  if (plan.cache === 'cold') await dropPageCache(host.runner);
  const place = `${boot.phase === 'warmup' ? 'w' : 'r'}${boot.round}-${boot.order}`;
  const header = {
    ...boot,
    bootId: `${request.runId.slice(-4)}-${place}`,
    startedAt: new Date().toISOString(),
  };
  const consoleLog = join(request.runFolder, 'console', `${place}-${runtime.description.runtime}.log`);
  const result = await bootOnce(
    runtime,
    { bootId: header.bootId, consoleLog },
    new Set(scenarios.flatMap(artifactsOf)),
    deadlinesOf(plan),
    host.signal,
    runtime.description.isolation?.source !== 'read',
  );
  // The record's own description, from the first boot that could be read on.
  if (result.isolation !== undefined) runtime.description.isolation = result.isolation;
  const circumstances = circumstancesOf(runtime, request);
  const samples = scenarios.map((scenario) => sampleOf(scenario, header, result, circumstances));
  log.info(
    {
      ...header,
      spans: result.spans,
      gatherMs: result.gatherMs,
      failures: [...result.failures.values()].map(String),
    },
    'boot ended',
  );
  listener.bootEnds(boot, samples, result);
  return { samples, bootMs: result.spans.bootMs };
}

function tellGivenUp(
  { warnings }: RunRecord,
  listener: RunListener,
  runtime: string,
  failure: SampleError,
): void {
  const why = `${runtime} was not booted again: its first ${HOPELESS_BOOTS} boots failed in the same way`;
  const message = `${why} (${plainLine(failure.message)})`;
  if (warnings.some((known) => known.message === message)) return;
  warnings.push({ code: 'given-up', message });
  listener.note(`${why}; --keep-going boots it all the same`);
}

function preparedAs(prepared: ReadonlyMap<string, PreparedRuntime>, id: string): PreparedRuntime {
  const runtime = prepared.get(id);
  if (runtime === undefined) throw new Error(`${id} was not prepared`);
  return runtime;
}

function newRecord(request: RunRequest, prepared: ReadonlyMap<string, PreparedRuntime>): RunRecord {
  const runtimes = [...prepared.values()].map((runtime) => runtime.description);
  return {
    schema: RECORD_SCHEMA,
    id: request.runId,
    ...request.provenance,
    state: 'running',
    startedAt: new Date().toISOString(),
    plan: request.plan,
    host: request.description,
    image: request.image.description,
    runtimes,
    scenarios: request.scenarios.map(({ id, title, question, metrics }) => ({
      id,
      title,
      question,
      metrics,
    })),
    samples: [],
    warnings: warningsOf(request.description, runtimes),
  };
}

/**
 * Writes dirty pages back and drops the page cache, dentries and inodes: the next boot reads from the disk (proc(5),
 * drop_caches).
 */
export async function dropPageCache(runner: ProcessRunner): Promise<void> {
  await runner.run('sync', []);
  await writeFile('/proc/sys/vm/drop_caches', '3');
}
