import { formatRange, type Unit } from '../../core/units.ts';
import { formatCount, formatFactor, formatFactorRange } from '../../core/words.ts';
import type { Direction } from '../statistics/drifts.ts';
import type { Interval } from '../statistics/interval.ts';
import type { RatioSummary } from '../summary.ts';

const NO_INTERVAL = 'n too small for an interval';

/** `[13.9 s, 14.6 s]` of an estimate, or why there is none. */
export function formatInterval(interval: Interval | undefined, unit: Unit, estimate: number): string {
  return interval === undefined ? `(${NO_INTERVAL})` : formatRange(interval, unit, estimate);
}

/** `[15.2 s, 20.1 s], falls`: an interval, and which way the values that it is of go over the rounds. */
export function withDirection(interval: string, drift: Direction | undefined): string {
  return drift === undefined ? interval : `${interval}, ${drift}`;
}

type Ratio = Pick<RatioSummary, 'ratio' | 'interval'>;

/** `31.4 times`, for where its interval stands beside it. */
export function formatTimes({ ratio }: Pick<Ratio, 'ratio'>): string {
  return `${formatFactor(ratio)} times`;
}

/** `[29.8, 33.0]` of a ratio, or why there is none. */
export function formatRatioInterval({ ratio, interval }: Ratio): string {
  return interval === undefined ? `(${NO_INTERVAL})` : formatFactorRange(interval, ratio);
}

/** `31.4 times [29.8, 33.0]`. Never the factor alone. */
export function formatRatio(ratio: Ratio): string {
  return `${formatTimes(ratio)} ${formatRatioInterval(ratio)}`;
}

/** `; 4 rounds gave both`, where a ratio has fewer rounds than both of its sides have values; else nothing. */
export function formatSharedRounds(ratio: Pick<RatioSummary, 'n'>, sides: readonly number[]): string {
  return ratio.n < Math.min(...sides) ? `; ${formatCount(ratio.n, 'round')} gave both` : '';
}

/** `n = 5`, or `n = 5 and 4` where two sides differ. */
export function formatCounts(counts: readonly number[]): string {
  const different = [...new Set(counts)];
  return `n = ${different.length === 1 ? String(different[0]) : counts.join(' and ')}`;
}

/** `2026-11-23 09:00 UTC` */
export function formatTime(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;
}
