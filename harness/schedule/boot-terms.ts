import type { Circumstances } from '../contract/scenario.ts';
import type { Plan } from '../../results/record.ts';
import type { PreparedRuntime } from '../runtimes/runtime.ts';
import type { BootDeadlines } from './boot.ts';
import type { RunRequest } from './run-request.ts';

/** From t0 to `ready`, and from the question to power off to the end of everything. */
export function deadlinesOf({ timeoutMs, stopTimeoutMs = 60_000 }: Plan): BootDeadlines {
  return { readyMs: timeoutMs, shutdownMs: stopTimeoutMs };
}

/** What holds for every instance of a runtime in this run. */
export function circumstancesOf(
  { description }: PreparedRuntime,
  { plan, onHost }: RunRequest,
): Circumstances {
  return {
    kind: description.kind,
    memoryBytes: Number(description.options.memory ?? plan.memoryBytes),
    onHost,
  };
}
