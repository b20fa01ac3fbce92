import { decide } from '../../../results/compare/sequential.ts';
import { drawRun } from '../family.ts';
import { noises, type NoiseId } from '../noise.ts';
import { count, isAlarm, neverNarrow } from '../simulate.ts';
import type { Study } from '../study.ts';

const METRICS = 20;
const ROUNDS = 40;

/** Both sides of a run share its level: how far that is off makes no difference. */
const kinds = (Object.keys(noises) as NoiseId[]).filter((noise) => noise !== 'wandering');

/**
 * `ab` of two equal things to its last round: whether any metric raises an alarm at any look. Without a minimum effect,
 * which would only hide some.
 */
export const sequentialAlarms: readonly Study[] = kinds.map((noise) => ({
  id: `sequential-alarms-${noise}`,
  question: `How often does ab, at any look, call any of ${METRICS} equal metrics changed? Noise: ${noises[noise]}`,
  run: ({ trials, seed }) => {
    const options = { alpha: 0.05, minEffect: 0, seed, round: ROUNDS, maxRounds: ROUNDS };
    const happened = count(trials, seed, (random) =>
      decide(drawRun({ noise, metrics: METRICS, n: ROUNDS }, random), options, neverNarrow).judgements.some(
        isAlarm,
      ),
    );
    const title = `ab, A/A, ${noise}, ${METRICS} metrics, all looks of ${ROUNDS} rounds, minimum effect 0 %`;
    return [{ title, happened, trials, atMost: 0.05 }];
  },
}));
