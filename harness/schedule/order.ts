import type { Random } from '../../core/random.ts';

export interface PlannedBoot {
  phase: 'warmup' | 'measured';
  /** 1-based within its phase. */
  round: number;
  /** 1-based within its round. */
  order: number;
  /** RuntimeDescription.id. */
  runtime: string;
}

/**
 * Every boot of a run in its order: in each round every runtime once, shuffled anew, so that drift of the host hits all
 * alike. The same seed gives the same order.
 */
export function planBoots(
  runtimes: readonly string[],
  rounds: { warmup: number; measured: number },
  random: Random,
): PlannedBoot[] {
  return (['warmup', 'measured'] as const).flatMap((phase) =>
    Array.from({ length: rounds[phase] }, (_, index) =>
      random
        .shuffle(runtimes)
        .map((runtime, position) => ({ phase, round: index + 1, order: position + 1, runtime })),
    ).flat(),
  );
}
