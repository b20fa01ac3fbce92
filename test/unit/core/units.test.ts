import { describe, expect, it } from 'vitest';
import { formatBytes, formatMs, formatValue, GIB, KIB, MIB, parseBytes, TIB } from '../../../core/units.ts';

describe('formatMs', () => {
  it.each([
    [0, '0 ms'],
    [-0, '0 ms'],
    [0.0004, '<0.001 ms'],
    [-0.0004, '>-0.001 ms'],
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
    [-1500, '-1.50 s'],
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
    [-3 * KIB, '-3.00 KiB'],
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
