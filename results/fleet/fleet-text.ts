import { plainLine } from '../../core/text.ts';
import { formatBytes, formatEnds, formatRange } from '../../core/units.ts';
import type { Slope, Stop } from './density.ts';
import type { SlopeDifference } from './figures.ts';
import type { Trial } from './minimum-memory.ts';

/** What stands where a slope rests on too few steps for 95 %. */
export const NO_SLOPE_INTERVAL = 'too few steps for an interval';

/** `[9.6 MiB, 10.2 MiB]` of an estimate, or why there is none. */
export function bytesInterval(interval: Slope['interval'], bytes: number): string {
  return interval === undefined ? `(${NO_SLOPE_INTERVAL})` : formatRange(interval, 'bytes', bytes);
}

/** `9.9 MiB [9.6 MiB, 10.2 MiB]` */
export function slopeText({ slope, interval }: Slope): string {
  return `${formatBytes(slope)} ${bytesInterval(interval, slope)}`;
}

/** `−62.1 MiB [−70.0 MiB, −55.4 MiB]` */
export function differenceText(difference: SlopeDifference): string {
  return `${signedBytes(difference.bytes)} ${differenceInterval(difference)}`;
}

/** `[−70.0 MiB, −55.4 MiB]`, or why there is none. */
export function differenceInterval({ interval, bytes }: SlopeDifference): string {
  if (interval === undefined) return bytesInterval(undefined, bytes);
  const { low, high } = interval;
  const [from = '', to = ''] = formatEnds([low, high], 'bytes', bytes);
  return `[${plus(low)}${from}, ${plus(high)}${to}]`;
}

/** `+1.20 MiB` */
export function signedBytes(bytes: number): string {
  return `${plus(bytes)}${formatBytes(bytes)}`;
}

const plus = (bytes: number): string => (bytes > 0 ? '+' : '');

const reasons: Record<Stop['reason'], string> = {
  planned: 'as planned',
  memory: 'memory',
  load: 'load',
  processes: 'processes',
  time: 'time',
  'host-limit': 'a limit of the host',
  failure: 'a failure',
  interrupted: 'interrupted',
};

/** `memory` */
export function stopWord({ reason }: Stop): string {
  return reasons[reason];
}

/** `memory: MemAvailable fell to 1.02 GiB` */
export function stopText({ reason, message }: Stop): string {
  const text = plainLine(message, 160);
  return text === '' ? reasons[reason] : `${reasons[reason]}: ${text}`;
}

/** `failed: PID 1 was killed`, `too slow: not ready within 120 s` */
export function trialText({ outcome, reason }: Trial): string {
  const word = outcome === 'too-slow' ? 'too slow' : outcome;
  return reason === undefined ? word : `${word}: ${plainLine(reason, 120)}`;
}
