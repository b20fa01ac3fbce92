import { MIB } from '../../core/units.ts';
import type { SurveyContext } from '../../harness/fleet/survey.ts';
import type { PreparedRuntime } from '../../harness/runtimes/runtime.ts';

/** What a survey of containers that a test starts itself is given; each line that it prints is added to `notes`. */
export function surveyContext(given: {
  start: PreparedRuntime['start'];
  notes: string[];
  plan?: Partial<SurveyContext['plan']>;
  memoryBytes?: number;
  signal?: AbortSignal;
}): SurveyContext {
  const { start, notes, plan = {}, memoryBytes = MIB, signal = new AbortController().signal } = given;
  const description = {
    id: 't',
    runtime: 't',
    kind: 'container' as const,
    title: 't',
    options: {},
    emulated: false,
  };
  return {
    host: { signal },
    runtime: { description, memoryBytes, start, release: () => Promise.resolve() },
    // Whatever the limits of the host that it is tested on.
    plan: { reserveBytes: MIB, until: 'failure', raiseLimits: false, ...plan },
    surveyId: 'abcd-s1',
    consoleFolder: '/runs/console',
    readyDeadlineMs: 5000,
    shutdownDeadlineMs: 1000,
    note: (message: string) => notes.push(message),
    status: () => undefined,
  } as unknown as SurveyContext;
}
