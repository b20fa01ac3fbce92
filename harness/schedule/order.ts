import type { Random } from '../../core/random.ts';
import type { SurveyName } from '../contract/fleet-readings.ts';

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

export interface PlannedSurvey {
  survey: SurveyName;
  /** Its round is the series. */
  planned: PlannedBoot;
}

/**
 * Every series of every survey in its order: the first series of each runtime, then the second of each, and so on. Each
 * odd series shuffles the runtimes anew, and the one after it goes through them the other way round: after two series
 * every runtime has been as early as late, so that what drifts in a line hits all alike.
 */
export function planSeries(
  runtimes: readonly string[],
  surveys: readonly SurveyName[],
  series: number,
  random: Random,
): PlannedSurvey[] {
  const orders = new Map<SurveyName, readonly string[]>();
  return Array.from({ length: series }, (_, index) => index + 1).flatMap((round) =>
    surveys.flatMap((survey) => {
      const order = round % 2 === 1 ? random.shuffle(runtimes) : (orders.get(survey) ?? []).toReversed();
      orders.set(survey, order);
      return order.map((runtime, place) => ({
        survey,
        planned: { phase: 'measured' as const, round, order: place + 1, runtime },
      }));
    }),
  );
}
