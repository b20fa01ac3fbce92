import { describe, expect, it } from 'vitest';
import { GIB, KIB, MIB } from '../../../core/units.ts';
import { countOption, sizeOption } from '../../../harness/runtimes/options.ts';

/** The value, or what is wrong with the text. */
function outcome(schema: ReturnType<typeof sizeOption>, text: string): unknown {
  const parsed = schema.safeParse(text);
  return parsed.success ? parsed.data : parsed.error.issues.map(({ message }) => message).join('; ');
}

describe('a size', () => {
  it.each([
    ['64M', 64 * MIB],
    ['65536K', 64 * MIB],
    ['1g', GIB],
    ['512MiB', 512 * MIB],
    ['67108864', 64 * MIB],
    ['63M', 'not from 64.0 MiB to 2.00 GiB'],
    ['3G', 'not from 64.0 MiB to 2.00 GiB'],
    ['99999999999999G', 'not a size; write 512M or 2G'],
    ['', 'not a size; write 512M or 2G'],
    ['-1M', 'not a size; write 512M or 2G'],
    ['1.5G', 'not a size; write 512M or 2G'],
    ['1e9', 'not a size; write 512M or 2G'],
    ['NaN', 'not a size; write 512M or 2G'],
  ])('%j: %s', (text, expected) => {
    expect(outcome(sizeOption({ min: 64 * MIB, max: 2 * GIB }), text)).toBe(expected);
  });

  it('may be as small as its range allows', () => {
    expect(outcome(sizeOption({ min: 0, max: KIB }), '0')).toBe(0);
  });
});

describe('a count', () => {
  it.each([
    ['1', 1],
    ['255', 255],
    ['007', 7],
    ['0', 'not from 1 to 255'],
    ['256', 'not from 1 to 255'],
    ['-1', 'not a whole number'],
    ['1.0', 'not a whole number'],
    ['1e1', 'not a whole number'],
    ['', 'not a whole number'],
    [' 1', 'not a whole number'],
    ['99999999999', 'not a whole number'],
  ])('%j: %s', (text, expected) => {
    expect(String(outcome(countOption({ min: 1, max: 255 }), text))).toContain(String(expected));
  });
});
