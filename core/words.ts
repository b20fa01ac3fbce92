import { decimalsOf, formatFixed } from './units.ts';

/** What stands where there is no value. */
export const NOTHING = '–';

/** `31.4`; three significant digits, no exponent. */
export function formatFactor(factor: number): string {
  return factor >= 100 ? factor.toFixed(0) : factor.toPrecision(3);
}

/** `[29.8, 33.0]`: the interval of a factor, with its decimals. */
export function formatFactorRange({ low, high }: { low: number; high: number }, factor: number): string {
  const decimals = decimalsOf(formatFactor(factor));
  return `[${[low, high].map((end) => formatFixed(end, decimals)).join(', ')}]`;
}

/** `1 boot`, `2 boots` */
export function formatCount(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** `a`, `a and b`, `a, b and c` */
export function formatList(words: readonly string[]): string {
  if (words.length < 2) return words.join('');
  return `${words.slice(0, -1).join(', ')} and ${String(words.at(-1))}`;
}

const MOST_NAMED = 5;

/** As `formatList`, for names that may be many: `a, b, c, d, e and 160 more`. */
export function formatSome(words: readonly string[]): string {
  const more = words.length - MOST_NAMED;
  return formatList(more > 1 ? [...words.slice(0, MOST_NAMED), `${more} more`] : words);
}
