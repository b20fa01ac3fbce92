/** The units a value can have. A number does not exist in twinboot without one of these. */
export const units = ['ms', 'ns', 'bytes', 'count', 'ms/s', 'count/s', 'ratio'] as const;
export type Unit = (typeof units)[number];

export const KIB = 1024;
export const MIB = 1024 * KIB;
export const GIB = 1024 * MIB;
export const TIB = 1024 * GIB;

/** `1234.5` → `1.23 s`; below a second in ms, with three significant digits. */
export function formatMs(ms: number): string {
  const size = Math.abs(ms);
  // What rounds to 1000 ms is a second.
  return size >= 999.5 ? `${threeDigits(ms / 1000)} s` : `${threeDigits(ms)} ms`;
}

/** `1234.5` → `1.23 µs`; from a millisecond on as `formatMs`. */
export function formatNs(ns: number): string {
  const size = Math.abs(ns);
  if (size >= 999_500) return formatMs(ns / 1e6);
  return size >= 999.5 ? `${threeDigits(ns / 1000)} µs` : `${threeDigits(ns)} ns`;
}

/** `8650752` → `8.25 MiB`; three significant digits, binary units. */
export function formatBytes(bytes: number): string {
  const size = Math.abs(bytes);
  // What rounds to 1024 of a unit is 1 of the next.
  const reaches = (unit: number): boolean => size >= unit - unit / KIB / 2;
  if (reaches(TIB)) return `${threeDigits(bytes / TIB)} TiB`;
  if (reaches(GIB)) return `${threeDigits(bytes / GIB)} GiB`;
  if (reaches(MIB)) return `${threeDigits(bytes / MIB)} MiB`;
  if (reaches(KIB)) return `${threeDigits(bytes / KIB)} KiB`;
  return `${withoutMinusZero(bytes.toFixed(0))} B`;
}

/**
 * Never with an exponent: all digits in front of the point from 100 on, at most three decimals below 0.1. Only nothing
 * is 0: what three decimals cannot show is `<0.001`.
 */
function threeDigits(value: number): string {
  const size = Math.abs(value);
  if (size >= 99.95) return value.toFixed(0);
  if (size >= 0.1) return value.toPrecision(3);
  if (size >= 0.0005) return value.toFixed(3);
  if (size === 0) return '0';
  return value > 0 ? '<0.001' : '>-0.001';
}

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

/** `13,736`, without a fraction. */
export function formatWhole(count: number): string {
  return whole.format(count);
}

/** A mean of counts has three significant digits. */
function formatMean(count: number): string {
  return Number.isInteger(count) || Math.abs(count) >= 999.5 ? formatWhole(count) : threeDigits(count);
}

function withoutMinusZero(digits: string): string {
  return Number(digits) === 0 ? digits.replace('-', '') : digits;
}

/** Any value with its unit, for people. */
export function formatValue(value: number, unit: Unit): string {
  switch (unit) {
    case 'ms':
      return formatMs(value);
    case 'ns':
      return formatNs(value);
    case 'bytes':
      return formatBytes(value);
    case 'count':
      return formatMean(value);
    case 'ms/s':
      return `${threeDigits(value)} ms/s`;
    case 'count/s':
      return `${threeDigits(value)}/s`;
    case 'ratio':
      return `${threeDigits(value)}×`;
  }
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
