import { createRandom } from '../../core/random.ts';
import type { RunRecord } from '../../results/record.ts';
import type { HostContext } from '../host/context.ts';
import type { SurveyName } from '../contract/fleet-readings.ts';
import { surveyOf } from '../fleet/registry.ts';
import { openRun, type OpenRun } from './open-run.ts';
import { planBoots, type PlannedBoot } from './order.ts';
import type { RunListener, RunRequest } from './request.ts';

/**
 * The measuring loop: prepares every runtime, then boots round by round. The record is saved after every boot, so that
 * a run that is cut short has lost at most the boot it was in. An interrupt ends it with the state `interrupted`.
 */
export async function executeRun(host: HostContext, request: RunRequest): Promise<RunRecord> {
  const { plan, listener } = request;
  const run = await openRun(host, request);
  const boots = planBoots(
    run.record.runtimes.map(({ id }) => id),
    { warmup: plan.warmup, measured: plan.rounds },
    createRandom(plan.seed),
  );
  try {
    await untilInterrupted(host.signal, async () => {
      await bootAll(host, run, boots, listener);
      for (const { survey, planned } of planSurveys(run, request)) {
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

/** Boots in this order; a runtime that is given up leaves it. */
async function bootAll(
  host: HostContext,
  run: OpenRun,
  boots: readonly PlannedBoot[],
  listener: RunListener,
): Promise<void> {
  let [done, left] = [0, boots];
  listener.plan(left);
  for (let next = left[0]; next !== undefined && !host.signal.aborted; next = left[0]) {
    listener.bootBegins(next, done, done + left.length);
    await run.boot(next);
    done += 1;
    left = left.slice(1);
    const { runtime } = next;
    if (!left.some((boot) => boot.runtime === runtime) || !run.hasGivenUp(runtime)) continue;
    left = left.filter((boot) => boot.runtime !== runtime);
    listener.plan(left);
  }
}

/** Every survey of every runtime, after all boots: a fleet leaves a host in another state than it found it in. */
function planSurveys(
  { record }: OpenRun,
  { plan, scenarios }: RunRequest,
): { survey: SurveyName; planned: PlannedBoot }[] {
  const random = createRandom(plan.seed);
  const surveys = [...new Set(scenarios.flatMap((scenario) => surveyOf(scenario) ?? []))];
  const series = Array.from({ length: plan.fleet?.series ?? 0 }, (_, index) => index + 1);
  return series.flatMap((round) =>
    surveys.flatMap((survey) =>
      random.shuffle(record.runtimes).map(({ id }, index) => ({
        survey,
        planned: { phase: 'measured' as const, round, order: index + 1, runtime: id },
      })),
    ),
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
