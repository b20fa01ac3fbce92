import type { Random } from '../../core/random.ts';
import { drawNormal } from '../../results/statistics/normal.ts';

/** Ids of the kinds of noise, with what they are. */
export const noises = {
  normal: 'normal, CV 5 %',
  'log-normal': 'log-normal, σ 20 %',
  'heavy-tailed': 'Student’s t with 3 degrees of freedom, scale 5 %',
  drifting: 'normal, CV 5 %, with drift, levels 0.3 % off',
  wandering: 'normal, CV 5 %, with drift, levels 1 % off',
} as const;
export type NoiseId = keyof typeof noises;

/** How alike the metrics of one boot are: the correlation of any two of them. */
const CORRELATION = 0.5;

/** One boot's factors on `metrics` metrics, correlated as metrics of one boot are; the median is 1. */
export function drawBoot(noise: NoiseId, metrics: number, random: Random): number[] {
  const common = Math.sqrt(CORRELATION) * drawNormal(random);
  const errors = Array.from(
    { length: metrics },
    () => common + Math.sqrt(1 - CORRELATION) * drawNormal(random),
  );
  switch (noise) {
    case 'normal':
    case 'drifting':
    case 'wandering':
      return errors.map((error) => 1 + 0.05 * error);
    case 'log-normal':
      return errors.map((error) => Math.exp(0.2 * error));
    case 'heavy-tailed': {
      // One divisor for the whole boot: an outlier among boots is one in all metrics.
      const squares = drawNormal(random) ** 2 + drawNormal(random) ** 2 + drawNormal(random) ** 2;
      return errors.map((error) => Math.exp((0.05 * error) / Math.sqrt(squares / 3)));
    }
  }
}

/** How far a host's speed drifts over a run, as a standard deviation of shares. */
const DRIFT = 0.05;

/** How far its level in one run is off, likewise; without an entry it neither drifts nor is off. */
const wander: Partial<Record<NoiseId, number>> = { drifting: 0.003, wandering: 0.01 };

/**
 * The host's level in each of `rounds` rounds: 1, but with drifting noise a line that rises or falls by a normal amount
 * from the first round to the last, off by a normal amount.
 */
export function drawLevels(noise: NoiseId, rounds: number, random: Random): number[] {
  const off = wander[noise];
  if (off === undefined) return new Array<number>(rounds).fill(1);
  const slope = DRIFT * drawNormal(random);
  const offset = off * drawNormal(random);
  return Array.from({ length: rounds }, (_, round) =>
    Math.exp(offset + slope * ((round + 0.5) / rounds - 0.5)),
  );
}

/** A busy neighbour: a quarter of the rounds, here and there, takes 30 % longer. */
export function drawShifts(rounds: number, random: Random): number[] {
  return Array.from({ length: rounds }, () => (random.unit() < 0.25 ? 1.3 : 1));
}
