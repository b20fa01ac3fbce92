import { join } from 'node:path';
import type { Sample } from '../../results/record.ts';
import type { RunnableSurvey } from '../fleet/survey.ts';
import type { HostContext } from '../host/context.ts';
import { asTwinbootError, interrupted } from '../runtimes/ready.ts';
import type { PreparedRuntime } from '../runtimes/runtime.ts';
import type { PlannedBoot } from './order.ts';
import { circumstancesOf, deadlinesOf, type RunRequest } from './request.ts';
import { failedSample, measuredSample } from './samples.ts';

/**
 * Takes a survey of one runtime. `keep` gets the sample as far as it has come, again and again, and in the end once more; what
 * went wrong before there was anything to say is a failed sample. Throws where the run was interrupted, after `keep`.
 */
export async function takeSurvey(
  host: HostContext,
  request: RunRequest,
  runtime: PreparedRuntime,
  survey: RunnableSurvey,
  planned: PlannedBoot,
  keep: (sample: Sample) => Promise<void>,
): Promise<void> {
  const { plan, listener, log, runId, runFolder } = request;
  if (plan.fleet === undefined) throw new Error(`${survey.scenario.id} was asked for without a plan for it`);
  const { scenario } = survey;
  const deadlines = deadlinesOf(plan);
  const bootId = `${runId.slice(-4)}-${scenario.id.slice(0, 1)}${planned.round}-${planned.order}`;
  const header = { ...planned, bootId, startedAt: new Date().toISOString() };
  const name = runtime.description.id;
  const context = {
    host,
    runtime,
    plan: plan.fleet,
    surveyId: bootId,
    consoleFolder: join(runFolder, 'console'),
    readyDeadlineMs: deadlines.readyMs,
    shutdownDeadlineMs: deadlines.shutdownMs,
    log,
    note: (message: string) => listener.note(`${scenario.id}: ${name}: ${message}`),
    status: (message: string) => listener.status(`${scenario.id}: ${name}: ${message}`),
  };
  try {
    const measured = await survey.run(context, circumstancesOf(runtime, request), (state) =>
      keep(measuredSample(scenario, header, state)),
    );
    await keep(measuredSample(scenario, header, measured));
    log.info({ ...header, scenario: scenario.id }, 'survey ended');
  } catch (error) {
    if (host.signal.aborted) throw interrupted();
    const failure = asTwinbootError(error);
    log.info({ ...header, scenario: scenario.id, failure: String(failure) }, 'survey failed');
    listener.note(`✗ ${scenario.id}: ${name}: ${failure.message}`);
    await keep(failedSample(scenario, header, failure));
  }
}
