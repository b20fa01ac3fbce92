import { describe, expect, it } from 'vitest';
import {
  formatBytes,
  formatFixed,
  formatMs,
  formatRange,
  formatShare,
  formatSignedPercent,
  formatValue,
  formatWhole,
  GIB,
  KIB,
  MIB,
  parseBytes,
  TIB,
  type Unit,
} from '../../../core/units.ts';

describe('formatMs', () => {
  it.each([
    [0, '0 ms'],
    [-0, '0 ms'],
    [0.0004, '<0.001 ms'],
    [-0.0004, '>−0.001 ms'],
    [0.0123, '0.012 ms'],
    [0.123, '0.123 ms'],
    [12.34, '12.3 ms'],
    [99.96, '100 ms'],
    [431.2, '431 ms'],
    [999.4, '999 ms'],
    [999.6, '1.00 s'],
    [1234.5, '1.23 s'],
    [12_800, '12.8 s'],
    [99_990, '100 s'],
    [123_456, '123 s'],
    [-1500, '−1.50 s'],
  ])('%d → %s', (ms, text) => {
    expect(formatMs(ms)).toBe(text);
  });
});

describe('formatBytes', () => {
  it.each([
    [0, '0 B'],
    [-0.2, '0 B'],
    [1023, '1023 B'],
    [1024, '1.00 KiB'],
    [8_650_752, '8.25 MiB'],
    [MIB - 1, '1.00 MiB'],
    [512 * MIB, '512 MiB'],
    [1.5 * GIB, '1.50 GiB'],
    [2048 * GIB, '2.00 TiB'],
    [TIB - 1, '1.00 TiB'],
    [-3 * KIB, '−3.00 KiB'],
  ])('%d → %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });
});

describe('formatValue', () => {
  it('writes each unit its own way', () => {
    expect(formatValue(1234.5, 'ms')).toBe('1.23 s');
    expect(formatValue(MIB, 'bytes')).toBe('1.00 MiB');
    expect(formatValue(12.345, 'count')).toBe('12.3');
    expect(formatValue(142.25, 'count')).toBe('142');
    expect(formatValue(13_736, 'count')).toBe('13,736');
    expect(formatValue(0.25, 'count')).toBe('0.250');
    expect(formatValue(12, 'count')).toBe('12');
    expect(formatValue(0.4, 'ns')).toBe('0.400 ns');
    expect(formatValue(1234.5, 'ns')).toBe('1.23 µs');
    expect(formatValue(999_600, 'ns')).toBe('1.00 ms');
    expect(formatValue(1.126, 'ratio')).toBe('1.13×');
  });
});

describe('formatRange', () => {
  it.each<[low: number, high: number, unit: Unit, estimate: number, text: string]>([
    [35, 42.4, 'count', 39.7, '[35.0, 42.4]'],
    [7, 7, 'count', 7, '[7, 7]'],
    [6.5, 8, 'count', 7, '[6.5, 8.0]'],
    [13_000, 14_000.4, 'count', 13_736, '[13,000, 14,000]'],
    [139.5, 144.75, 'count', 142.25, '[140, 145]'],
    [950, 1050, 'ms', 1010, '[0.95 s, 1.05 s]'],
    [950, 1050, 'ms', 990, '[950 ms, 1050 ms]'],
    [9.95 * MIB, 16.5 * MIB, 'bytes', 12.4 * MIB, '[9.9 MiB, 16.5 MiB]'],
    [-5 * MIB, 8 * MIB, 'bytes', 2 * KIB, '[−5.00 MiB, 8.00 MiB]'],
    [-1, 1, 'ms', 0, '[−1.00 ms, 1.00 ms]'],
    [0.002, 30, 'ms', 12.3, '[<0.1 ms, 30.0 ms]'],
    [0, 30, 'ms', 12.3, '[0 ms, 30.0 ms]'],
    [1.395, 1.404, 'ratio', 1.4, '[1.40×, 1.40×]'],
  ])('[%d, %d] %s of %d is %s', (low, high, unit, estimate, text) => {
    expect(formatRange({ low, high }, unit, estimate)).toBe(text);
  });
});

describe('a sign', () => {
  it('is one for people, and there only where the digits show it', () => {
    expect(formatWhole(-13_736)).toBe('−13,736');
    expect(formatWhole(-0.2)).toBe('0');
    expect(formatFixed(-0.04, 1)).toBe('>−0.1');
    expect([0.123, -0.004, -0.0001, 0].map((share) => formatSignedPercent(share, 1))).toEqual([
      '+12.3 %',
      '−0.4 %',
      '0 %',
      '0 %',
    ]);
    expect([-0.0001, -0.021, 0.2].map(formatShare)).toEqual(['0.0 %', '−2.1 %', '20.0 %']);
  });
});

describe('parseBytes', () => {
  it.each([
    ['0', 0],
    ['1024', 1024],
    ['512M', 512 * MIB],
    ['512m', 512 * MIB],
    ['512MiB', 512 * MIB],
    [' 2G ', 2 * GIB],
    ['64KB', 64 * KIB],
  ])('%j is %d bytes', (text, bytes) => {
    expect(parseBytes(text)).toBe(bytes);
  });

  it.each(['', 'M', '-1M', '1.5G', '1T', '512 M', '1e9', '999999999999G'])('%j is no size', (text) => {
    expect(parseBytes(text)).toBeUndefined();
  });
});
