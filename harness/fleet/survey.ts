import type { Logger } from 'pino';
import type { FleetPlan } from '../../results/record.ts';
import type { HostContext } from '../host/context.ts';
import type { PreparedRuntime } from '../runtimes/runtime.ts';
import { createFleet, type Fleet } from './fleet.ts';

/** The input of a survey. */
export interface SurveyContext {
  host: HostContext;
  runtime: PreparedRuntime;
  plan: FleetPlan;
  /** Unique on the host: names what the survey boots. */
  surveyId: string;
  consoleFolder: string;
  readyDeadlineMs: number;
  shutdownDeadlineMs: number;
  log: Logger;
  /** Prints a line that stays on the screen, such as the result of a step. */
  note(message: string): void;
  /** Replaces the status line: what is going on now. */
  status(message: string): void;
}

/** How a reading that takes boots of its own is taken. One file in this folder and one line in `registry.ts`. */
export interface Survey<Reading> {
  /**
   * `grown` is called with every state that is worth keeping. Throws where the run was interrupted, or nothing can be
   * said.
   */
  take(context: SurveyContext, grown: (reading: Reading) => Promise<void>): Promise<Reading>;
}

/** An empty fleet of the runtime that is surveyed. A survey with several fleets names each. */
export function fleetFor(context: SurveyContext, name?: string): Fleet {
  const { runtime, surveyId, consoleFolder, readyDeadlineMs, shutdownDeadlineMs, host } = context;
  return createFleet({
    runtime,
    fleetId: name === undefined ? surveyId : `${surveyId}-${name}`,
    consoleFolder,
    readyDeadlineMs,
    shutdownDeadlineMs,
    signal: host.signal,
  });
}
