import { createRandom } from '../../core/random.ts';
import { formatCount } from '../../core/words.ts';
import type { RunRecord } from '../../results/record.ts';
import { isWarm } from '../../results/warm.ts';
import type { HostContext } from '../host/context.ts';
import { surveyOf } from '../fleet/registry.ts';
import { openRun, type OpenRun } from './open-run.ts';
import { planBoots, planSeries, type PlannedBoot, type PlannedSurvey } from './order.ts';
import type { RunRequest } from './request.ts';

/**
 * The measuring loop: prepares every runtime, then boots round by round. The record is saved after every boot, so that
 * a run that is cut short has lost at most the boot it was in. An interrupt ends it with the state `interrupted`.
 */
export async function executeRun(host: HostContext, request: RunRequest): Promise<RunRecord> {
  const { plan } = request;
  const run = await openRun(host, request);
  const boots = planBoots(
    run.record.runtimes.map(({ id }) => id),
    { warmup: plan.warmup, measured: plan.rounds },
    createRandom(plan.seed),
  );
  try {
    await untilInterrupted(host.signal, async () => {
      await bootAll(host, run, boots, request);
      for (const { survey, planned } of surveysOf(run, request)) {
        if (host.signal.aborted) break;
        if (!run.hasGivenUp(planned.runtime)) await run.survey(survey, planned);
      }
    });
    await run.end();
  } finally {
    await run.release();
  }
  return run.record;
}

/** Boots in this order; a runtime that is given up leaves it, and so does the rest of a warm-up that can end. */
async function bootAll(
  host: HostContext,
  run: OpenRun,
  boots: readonly PlannedBoot[],
  { plan, listener }: RunRequest,
): Promise<void> {
  let [done, left] = [0, boots];
  const warmup = watchWarmup(plan);
  listener.plan(left);
  for (let next = left[0]; next !== undefined && !host.signal.aborted; next = left[0]) {
    listener.bootBegins(next, done, done + left.length);
    const readyMs = await run.boot(next);
    done += 1;
    left = left.slice(1);
    const found = warmup(next, readyMs, left);
    if (found !== undefined) listener.note(found.note);
    if (found?.isWarm === true) {
      left = left.filter((boot) => boot.phase !== 'warmup');
      listener.plan(left);
    }
    const { runtime } = next;
    if (!left.some((boot) => boot.runtime === runtime) || !run.hasGivenUp(runtime)) continue;
    left = left.filter((boot) => boot.runtime !== runtime);
    listener.plan(left);
  }
}

type WarmupWatch = (
  boot: PlannedBoot,
  readyMs: number | undefined,
  left: readonly PlannedBoot[],
) => { isWarm: boolean; note: string } | undefined;

/**
 * Told each boot with what is left after it; says at the end of a warm-up round whether it was the last one, and why.
 */
function watchWarmup({ warmupUntil, warmup }: RunRequest['plan']): WarmupWatch {
  if (warmupUntil !== 'steady') return () => undefined;
  const times = new Map<string, number[]>();
  return ({ runtime, phase, round }, readyMs, left) => {
    if (phase !== 'warmup') return undefined;
    if (readyMs !== undefined) times.set(runtime, [...(times.get(runtime) ?? []), readyMs]);
    if (left[0]?.round === round) return undefined;
    const rounds = formatCount(round, 'round');
    if (isWarm(timesOf(left, times)))
      return { isWarm: true, note: `warm after ${rounds}: no runtime still gets quicker, or slower` };
    const note = `not warm after ${rounds}, the most: times to ready still go one way`;
    return round === warmup ? { isWarm: false, note } : undefined;
  };
}

/** Of each runtime that is still to be booted: its times to ready so far. */
function timesOf(
  left: readonly PlannedBoot[],
  times: ReadonlyMap<string, readonly number[]>,
): (readonly number[])[] {
  return [...new Set(left.map(({ runtime }) => runtime))].map((runtime) => times.get(runtime) ?? []);
}

/** After all boots: a fleet leaves a host in another state than it found it in. */
function surveysOf({ record }: OpenRun, { plan, scenarios }: RunRequest): PlannedSurvey[] {
  return planSeries(
    record.runtimes.map(({ id }) => id),
    [...new Set(scenarios.flatMap((scenario) => surveyOf(scenario) ?? []))],
    plan.fleet?.series ?? 0,
    createRandom(plan.seed),
  );
}

/** An interrupt is no failure of a run: what was measured until then counts. */
export async function untilInterrupted(signal: AbortSignal, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
