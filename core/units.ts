/** The units a value can have. A number does not exist in twinboot without one of these. */
export const units = ['ms', 'ns', 'bytes', 'count', 'ms/s', 'count/s', 'ratio'] as const;
export type Unit = (typeof units)[number];

export const KIB = 1024;
export const MIB = 1024 * KIB;
export const GIB = 1024 * MIB;
export const TIB = 1024 * GIB;

/** What people read before a negative figure; machines read `-`. */
export const MINUS = '−';

/** A unit as people read it, and how much of the value's own unit it is. */
interface Scale {
  per: number;
  suffix: string;
}

/** The largest first. */
const scales: Readonly<Record<Unit, readonly Scale[]>> = {
  ms: [
    { per: 1000, suffix: ' s' },
    { per: 1, suffix: ' ms' },
  ],
  ns: [
    { per: 1e9, suffix: ' s' },
    { per: 1e6, suffix: ' ms' },
    { per: 1000, suffix: ' µs' },
    { per: 1, suffix: ' ns' },
  ],
  bytes: [
    { per: TIB, suffix: ' TiB' },
    { per: GIB, suffix: ' GiB' },
    { per: MIB, suffix: ' MiB' },
    { per: KIB, suffix: ' KiB' },
    { per: 1, suffix: ' B' },
  ],
  count: [{ per: 1, suffix: '' }],
  'ms/s': [{ per: 1, suffix: ' ms/s' }],
  'count/s': [{ per: 1, suffix: '/s' }],
  ratio: [{ per: 1, suffix: '×' }],
};

const smallest: Scale = { per: 1, suffix: '' };

function scaleOf(value: number, unit: Unit): Scale {
  // What rounds to 1000 ms is a second, to 1024 KiB a mebibyte.
  const nearly = unit === 'bytes' ? 1 - 1 / KIB / 2 : 1 - 1 / 2000;
  const all = scales[unit];
  return all.find(({ per }) => Math.abs(value) >= per * nearly) ?? all.at(-1) ?? smallest;
}

/** Any value with its unit, for people: three significant digits, and counts as whole numbers. */
export function formatValue(value: number, unit: Unit): string {
  const { per, suffix } = scaleOf(value, unit);
  return `${digitsOf(value / per, unit, per)}${suffix}`;
}

/** `1234.5` → `1.23 s`; below a second in ms, with three significant digits. */
export function formatMs(ms: number): string {
  return formatValue(ms, 'ms');
}

/** `8650752` → `8.25 MiB`; three significant digits, binary units. */
export function formatBytes(bytes: number): string {
  return formatValue(bytes, 'bytes');
}

/**
 * The ends of the interval of an estimate, with its unit and its decimals: `[35.0, 42.4]` of 39.7. An end that is a
 * thousand times as large as the estimate is written as a value of its own.
 */
export function formatEnds(ends: readonly number[], unit: Unit, estimate: number): string[] {
  const { per, suffix } = scaleOf(estimate, unit);
  const decimals = decimalsOf(digitsOf(estimate / per, unit, per));
  // A whole number of a few lies between ends that need not be whole.
  const isWhole = unit !== 'count' || Math.abs(estimate) >= 99.95 || ends.every(Number.isInteger);
  const shown = isWhole ? decimals : Math.max(1, decimals);
  return ends.map((end) => {
    if (Math.abs(end) >= 1000 * Math.abs(estimate)) return formatValue(end, unit);
    const digits = unit === 'count' && shown === 0 ? formatWhole(end) : formatFixed(end / per, shown);
    return `${digits}${suffix}`;
  });
}

/** `[35.0, 42.4]`: the one way in which an interval is written. */
export function formatRange(
  { low, high }: { low: number; high: number },
  unit: Unit,
  estimate: number,
): string {
  return `[${formatEnds([low, high], unit, estimate).join(', ')}]`;
}

/** How many digits stand behind the point. */
export function decimalsOf(digits: string): number {
  return /\.(\d+)/.exec(digits)?.[1]?.length ?? 0;
}

function digitsOf(scaled: number, unit: Unit, per: number): string {
  if (unit === 'bytes' && per === 1) return formatFixed(Math.round(scaled), 0);
  // A mean of counts has three significant digits.
  if (unit === 'count' && (Number.isInteger(scaled) || Math.abs(scaled) >= 999.5)) return formatWhole(scaled);
  return threeDigits(scaled);
}

/** Never with an exponent: all digits in front of the point from 100 on, at most three decimals below 0.1. */
function threeDigits(value: number): string {
  const size = Math.abs(value);
  if (size >= 99.95) return formatFixed(value, 0);
  return size >= 0.1 ? value.toPrecision(3).replace('-', MINUS) : formatFixed(value, 3);
}

/** So many decimals, with a `−` for people. Only nothing is 0: what the decimals cannot show is `<0.001`. */
export function formatFixed(value: number, decimals: number): string {
  const digits = value.toFixed(decimals);
  if (Number(digits) !== 0) return digits.replace('-', MINUS);
  if (value === 0) return '0';
  const least = (10 ** -decimals).toFixed(decimals);
  return value > 0 ? `<${least}` : `>${MINUS}${least}`;
}

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

/** `13,736`, without a fraction. */
export function formatWhole(count: number): string {
  const digits = whole.format(count);
  return digits === '-0' ? '0' : digits.replace('-', MINUS);
}

/** `+1.2 %`, `−0.4 %`, `0 %`; of a share. Without a sign where it is so small that these decimals do not show it. */
export function formatSignedPercent(share: number, decimals: number): string {
  const digits = (Math.abs(share) * 100).toFixed(decimals);
  if (Number(digits) === 0) return '0 %';
  return `${share < 0 ? MINUS : '+'}${digits} %`;
}

/** `12.3 %` of a whole; a part that is nothing is `0.0 %`, on whichever side of it. */
export function formatShare(share: number): string {
  const digits = (share * 100).toFixed(1);
  return `${digits === '-0.0' ? '0.0' : digits.replace('-', MINUS)} %`;
}

const SIZE_SUFFIX: Record<string, number> = { '': 1, K: KIB, M: MIB, G: GIB };

/**
 * `512M` → 536870912, as QEMU and systemd write sizes: a whole number with K, M or G for powers of 1024.
 * `undefined` where the text is no size, or one beyond 2⁵³ bytes.
 */
export function parseBytes(text: string): number | undefined {
  const match = /^(\d{1,12})([KMG]?)(?:i?B)?$/i.exec(text.trim());
  const factor = SIZE_SUFFIX[match?.[2]?.toUpperCase() ?? ''];
  const bytes = match && factor !== undefined ? Number(match[1]) * factor : NaN;
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}

/** The next multiple of a step. */
export function roundUp(value: number, step: number): number {
  return Math.ceil(value / step) * step;
}
