import type { RunRecord, Sample } from '../record.ts';
import { measuredSamples } from '../samples.ts';

/** The samples of one scenario and runtime that count: measured, and of boots that came up. */
export function measuredBoots(record: RunRecord, scenario: string, runtime: string): Sample[] {
  return measuredSamples(record, scenario, runtime).filter(({ outcome }) => outcome === 'ok');
}

/**
 * The boot that stands for all where its parts have to be of one: that with the median of `valueOf`, of an even number
 * the lower of the middle two, of equals the first. `undefined` where there is none.
 */
export function middleBoot<Boot extends { round: number }>(
  boots: readonly Boot[],
  valueOf: (boot: Boot) => number,
): Boot | undefined {
  const sorted = boots.toSorted((a, b) => valueOf(a) - valueOf(b) || a.round - b.round);
  return sorted[Math.floor((sorted.length - 1) / 2)];
}
