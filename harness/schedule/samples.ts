import { messageOf, runError, TwinbootError, withHint } from '../../core/error.ts';
import type { Sample, SampleError, ScenarioDescription } from '../../results/record.ts';
import {
  measureScenario,
  type Circumstances,
  type Measured,
  type Need,
  type Scenario,
} from '../contract/scenario.ts';
import type { Artifacts } from '../contract/artifacts.ts';
import type { BootResult } from './boot.ts';
import type { PlannedBoot } from './order.ts';

/** What holds for every sample of one boot. */
export interface BootHeader extends PlannedBoot {
  bootId: string;
  startedAt: string;
}

/**
 * One sample for a scenario from what one boot gave. An artifact that could not be read costs the metrics that are made
 * of it; the sample has failed where none is left.
 */
export function sampleOf(
  scenario: Scenario,
  header: BootHeader,
  { artifacts, failures }: BootResult,
  circumstances: Circumstances,
): Sample {
  const whyAbsent = new Map<Need, TwinbootError>(failures);
  const measured = measureOrError(scenario, artifacts, circumstances, (name) => {
    const failure = whyAbsent.get(name);
    return failure === undefined ? 'it was not read' : withHint(failure);
  });
  if (measured instanceof TwinbootError) return failedSample(scenario, header, measured);
  const failure = scenario.needs.map((name) => whyAbsent.get(name)).find((error) => error !== undefined);
  return failure !== undefined && Object.keys(measured.values).length === 0
    ? failedSample(scenario, header, failure)
    : measuredSample(scenario, header, measured);
}

export function measuredSample(
  scenario: ScenarioDescription,
  header: BootHeader,
  { values, missing, details }: Measured,
): Sample {
  return {
    ...placeOf(scenario, header),
    outcome: 'ok',
    values: scenario.metrics.flatMap(({ id, unit }) => {
      const value = values[id];
      return value === undefined ? [] : [{ metric: id, unit, value }];
    }),
    missing: Object.entries(missing).map(([metric, reason]) => ({ metric, reason })),
    details,
  };
}

export function failedSample(
  scenario: ScenarioDescription,
  header: BootHeader,
  failure: TwinbootError,
): Sample {
  const outcome = TIMEOUTS.has(failure.code) ? 'timeout' : 'failed';
  const error = toSampleError(failure);
  return { ...placeOf(scenario, header), outcome, values: [], missing: [], details: {}, error };
}

function placeOf(
  { id }: ScenarioDescription,
  { bootId, ...position }: BootHeader,
): Pick<Sample, 'scenario' | 'phase' | 'round' | 'order' | 'runtime' | 'boot' | 'startedAt'> {
  return { scenario: id, ...position, boot: bootId };
}

/** What one boot makes a scenario stumble over costs that sample alone: the run goes on. */
function measureOrError(
  scenario: Scenario,
  artifacts: Partial<Artifacts>,
  circumstances: Circumstances,
  whyAbsent: (name: Need) => string,
): Measured | TwinbootError {
  try {
    return measureScenario(scenario, artifacts, circumstances, whyAbsent);
  } catch (cause) {
    return runError('scenario-failed', `scenario ${scenario.id}: ${messageOf(cause)}`, { cause });
  }
}

const TIMEOUTS = new Set(['boot-timeout', 'shutdown-timeout', 'agent-timeout']);

function toSampleError(error: TwinbootError): SampleError {
  return {
    code: error.code,
    message: error.message,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    ...(error.consoleTail.length === 0 ? {} : { consoleTail: [...error.consoleTail] }),
  };
}
