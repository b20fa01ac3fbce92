import type { Logger } from 'pino';
import type { HostDescription, RunPlan, RunRecord, Sample } from '../../results/record.ts';

import type { Circumstances, Scenario } from '../contract/scenario.ts';
import type { CachedImage } from '../image/cache.ts';
import type { PreparedRuntime } from '../runtimes/runtime.ts';
import type { RuntimeSpec } from '../runtimes/spec.ts';
import type { BootDeadlines, BootResult } from './boot.ts';
import type { PlannedBoot } from './order.ts';

/** One run: what is booted, what is asked, and where the record goes. */
export interface RunRequest {
  runId: string;
  runFolder: string;
  /** Which twinboot this is, and how it was called: as the record has them. */
  provenance: Required<Pick<RunRecord, 'tool' | 'commandLine'>>;
  plan: RunPlan;
  specs: readonly RuntimeSpec[];
  scenarios: readonly Scenario[];
  image: CachedImage;
  description: HostDescription;
  onHost: Circumstances['onHost'];
  /** What this host lacks or is in ways that bear on the figures: for the record. */
  lacking: RunRecord['warnings'];
  /** Called with the record after every boot, and when it is complete. */
  save(record: RunRecord): Promise<void>;
  listener: RunListener;
  log: Logger;
}

/** Callbacks for progress. None is called while an instance boots. */
export interface RunListener {
  note(message: string): void;
  /** Every boot to come, once it is known. */
  plan(boots: readonly PlannedBoot[]): void;
  bootBegins(boot: PlannedBoot, done: number, total: number): void;
  bootEnds(boot: PlannedBoot, samples: readonly Sample[], result: BootResult): void;
  /** What a survey is doing now, which takes minutes. */
  status(message: string): void;
}

/** Two runs that are measured as one: the runtime at each place of A is paired with the one at the same place of B. */
export interface AbRequest {
  a: RunRequest;
  b: RunRequest;
  warmup: number;
  maxRounds: number;
  /** Wall time after which no further round begins, ms. */
  maxMs: number;
  seed: number;
  /** Asked after every measured round; `true` ends the run. */
  isDecided(round: number, a: RunRecord, b: RunRecord): boolean;
}

export function deadlinesOf({ timeoutMs, stopTimeoutMs = 60_000 }: RunPlan): BootDeadlines {
  return { readyMs: timeoutMs, shutdownMs: stopTimeoutMs };
}

/** What a scenario is told about every instance of a runtime in this run. */
export function circumstancesOf(
  { description, memoryBytes }: PreparedRuntime,
  { onHost }: Pick<RunRequest, 'onHost'>,
): Circumstances {
  return { kind: description.kind, memoryBytes, onHost };
}
