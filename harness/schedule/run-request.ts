import type { Logger } from 'pino';
import type { HostDescription, Plan, RunRecord, Sample } from '../../results/record.ts';
import type { Circumstances, Scenario } from '../contract/scenario.ts';
import type { CachedImage } from '../image/cache.ts';
import type { RuntimeSpec } from '../runtimes/spec.ts';
import type { BootResult } from './boot.ts';
import type { PlannedBoot } from './order.ts';

/** What a run measures, of what, and where it goes. */
export interface RunRequest {
  runId: string;
  runFolder: string;
  plan: Plan;
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

/** Progress callbacks of a run. None is called while an instance boots. */
export interface RunListener {
  note(message: string): void;
  /** Every boot to come, once it is known. */
  plan(boots: readonly PlannedBoot[]): void;
  bootBegins(boot: PlannedBoot, done: number, total: number): void;
  bootEnds(boot: PlannedBoot, samples: readonly Sample[], result: BootResult): void;
  /** What a survey is doing now, which takes minutes. */
  status(message: string): void;
}
