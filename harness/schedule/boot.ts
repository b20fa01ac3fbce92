import type { TwinbootError } from '../../core/error.ts';
import type { RecordedIsolation } from '../../results/record.ts';
import { watchStalls } from '../meters/stall.ts';
import type { ArtifactName, Artifacts } from '../contract/artifacts.ts';
import { gatherers, readAvailableBytes, type Observed } from '../observe/observe.ts';
import {
  asTwinbootError,
  ENDED_EARLY,
  interrupted,
  untilAborted,
  untilReady,
  whenEnded,
} from '../runtimes/ready.ts';
import { WRITABLE_FULL } from '../runtimes/writable-watch.ts';
import type { BootRequest, Instance, PreparedRuntime } from '../runtimes/runtime.ts';

/** What came of one boot: what could be read, and why the rest could not. */
export interface BootResult {
  artifacts: Partial<Artifacts>;
  failures: Map<ArtifactName, TwinbootError>;
  /** Wall time of the boot itself, from the start of the runtime's preparation for it to `ready`, and in all. */
  spans: { bootMs: number; observeMs: number; shutdownMs: number };
  /** Wall time of reading each artifact, part of `observeMs`: that of memory is settling, the others' are questions. */
  gatherMs: Partial<Record<ArtifactName, number>>;
  /** What separated the instance from the host, read after all else; absent where it was not asked for or not read. */
  isolation?: RecordedIsolation;
}

export interface BootDeadlines {
  /** From t0 to READY. */
  readyMs: number;
  shutdownMs: number;
}

/**
 * Boots once, reads what is needed, and powers off. Whatever happens, nothing of the instance is left when this
 * returns. A boot that does not reach `ready` fails every artifact with the same error; an artifact that cannot be read
 * fails alone. With `asksIsolation`, what separates the instance from the host is read at the end. Throws only where
 * the run itself was interrupted.
 */
export async function bootOnce(
  runtime: PreparedRuntime,
  request: BootRequest,
  needs: ReadonlySet<ArtifactName>,
  deadlines: BootDeadlines,
  signal: AbortSignal,
  asksIsolation = false,
): Promise<BootResult> {
  const result: BootResult = {
    artifacts: {},
    failures: new Map(),
    spans: { bootMs: 0, observeMs: 0, shutdownMs: 0 },
    gatherMs: {},
  };
  const startedMs = performance.now();
  let instance: Instance | undefined;
  const stalls = watchStalls();
  try {
    const availableBeforeBytes = await readAvailableBytes();
    instance = await runtime.start(request);
    const preparationMs = Math.max(0, performance.now() - startedMs - instance.spawnMs);
    const ready = await untilReady(instance, deadlines.readyMs, signal);
    result.spans.bootMs = performance.now() - startedMs;
    const { bareHost } = runtime;
    const observed = { instance, ready, availableBeforeBytes, stalls, preparationMs, bareHost };
    await observe(result, observed, needs, signal);
    result.spans.observeMs = performance.now() - startedMs - result.spans.bootMs;
    const isolation = asksIsolation ? await instance.readIsolation?.() : undefined;
    if (isolation !== undefined) result.isolation = isolation;
    result.artifacts.shutdown = { shutdownMs: await instance.stop(deadlines.shutdownMs) };
  } catch (error) {
    if (signal.aborted) throw interrupted();
    const failure = asTwinbootError(error);
    for (const name of needs)
      if (!(name in result.artifacts) && !result.failures.has(name)) result.failures.set(name, failure);
  } finally {
    stalls.end();
    await instance?.kill();
    result.spans.shutdownMs = performance.now() - startedMs - result.spans.bootMs - result.spans.observeMs;
  }
  return result;
}

async function observe(
  result: BootResult,
  observed: Observed,
  needs: ReadonlySet<ArtifactName>,
  signal: AbortSignal,
): Promise<void> {
  const ended = whenEnded(observed.instance, 'while it was being measured');
  for (const name of Object.keys(gatherers) as (keyof typeof gatherers)[]) {
    if (!needs.has(name)) continue;
    const startedMs = performance.now();
    try {
      const gather: (observed: Observed) => Promise<unknown> = gatherers[name];
      const reading = await untilAborted(Promise.race([gather(observed), ended]), signal);
      Object.assign(result.artifacts, { [name]: reading });
    } catch (error) {
      if (signal.aborted) throw interrupted();
      const failure = asTwinbootError(error);
      // Nothing more can be read of an instance that is gone, nor can its shutdown be timed.
      if ([ENDED_EARLY, WRITABLE_FULL].includes(failure.code)) throw failure;
      result.failures.set(name, failure);
    } finally {
      result.gatherMs[name] = performance.now() - startedMs;
    }
  }
}
