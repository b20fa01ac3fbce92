import { join } from 'node:path';
import type { Sample } from '../../results/record.ts';
import type { SurveyName, SurveyReadings } from '../contract/fleet-readings.ts';
import { measureScenario } from '../contract/scenario.ts';
import { surveyOf, takeReading } from '../fleet/registry.ts';
import type { HostContext } from '../host/context.ts';
import { asTwinbootError, interrupted } from '../runtimes/ready.ts';
import type { PreparedRuntime } from '../runtimes/runtime.ts';
import type { PlannedBoot } from './order.ts';
import { circumstancesOf, deadlinesOf, type RunRequest } from './request.ts';
import { failedSample, measuredSample } from './samples.ts';

/**
 * Takes a survey of one runtime. `keep` gets a sample of each scenario that needs it, with every state of the reading
 * and in the end once more. What went wrong before there was anything to say is a failed sample. Throws where the run
 * was interrupted, after `keep`.
 */
export async function takeSurvey(
  host: HostContext,
  request: RunRequest,
  runtime: PreparedRuntime,
  survey: SurveyName,
  planned: PlannedBoot,
  keep: (samples: readonly Sample[]) => Promise<void>,
): Promise<void> {
  const { plan, listener, log, runId, runFolder } = request;
  if (plan.fleet === undefined) throw new Error(`${survey} was asked for without a plan for it`);
  const scenarios = request.scenarios.filter((scenario) => surveyOf(scenario) === survey);
  const circumstances = circumstancesOf(runtime, request);
  const deadlines = deadlinesOf(plan);
  const bootId = `${runId.slice(-4)}-${survey.slice(0, 1)}${planned.round}-${planned.order}`;
  const header = { ...planned, bootId, startedAt: new Date().toISOString() };
  const { series } = plan.fleet;
  const which = series > 1 ? `${survey}, series ${planned.round} of ${series}` : survey;
  const about = `${which}: ${runtime.description.id}`;
  const context = {
    host,
    runtime,
    plan: plan.fleet,
    surveyId: bootId,
    consoleFolder: join(runFolder, 'console'),
    readyDeadlineMs: deadlines.readyMs,
    shutdownDeadlineMs: deadlines.shutdownMs,
    log,
    note: (message: string) => listener.note(`${about}: ${message}`),
    status: (message: string) => listener.status(`${about}: ${message}`),
  };
  const samplesOf = (readings: Partial<SurveyReadings>): Sample[] =>
    scenarios.map((scenario) =>
      measuredSample(
        scenario,
        header,
        measureScenario(scenario, readings, circumstances, () => 'it was not read'),
      ),
    );
  try {
    await keep(samplesOf(await takeReading(survey, context, (state) => keep(samplesOf(state)))));
    log.info({ ...header, survey }, 'survey ended');
  } catch (error) {
    if (host.signal.aborted) throw interrupted();
    const failure = asTwinbootError(error);
    log.info({ ...header, survey, failure: String(failure) }, 'survey failed');
    listener.note(`✗ ${about}: ${failure.message}`);
    await keep(scenarios.map((scenario) => failedSample(scenario, header, failure)));
  }
}
