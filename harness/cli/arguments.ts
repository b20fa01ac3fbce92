import { InvalidArgumentError } from 'commander';
import { parseBytes } from '../../core/units.ts';

/** A whole number in a range, for commander: its message names the option. */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d{1,12}$/.test(text) || value < min || value > max) {
      throw new InvalidArgumentError(`It is a whole number from ${min} to ${max}.`);
    }
    return value;
  };
}

/** A size, `512M`, in bytes. */
export function size(min: number, max: number): (text: string) => number {
  return (text) => {
    const bytes = parseBytes(text);
    if (bytes === undefined || bytes < min || bytes > max) {
      throw new InvalidArgumentError('It is a size such as 512M or 2G.');
    }
    return bytes;
  };
}

/** A time, `90s`, `30m` or `2h`, in milliseconds. */
export function duration(text: string): number {
  const match = /^(\d{1,6})(s|m|h)$/.exec(text);
  const factor = { s: 1000, m: 60_000, h: 3_600_000 }[match?.[2] ?? ''];
  const ms = factor === undefined ? 0 : Number(match?.[1]) * factor;
  if (ms <= 0) throw new InvalidArgumentError('It is a time such as 90s, 30m or 2h.');
  return ms;
}

/** For an option that may be given several times. */
export function collect(value: string, previous: string[]): string[] {
  return [...previous, value];
}
