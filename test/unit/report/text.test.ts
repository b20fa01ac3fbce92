import { describe, expect, it } from 'vitest';
import { plainBlock, plainLine } from '../../../report/text.ts';

describe('plainLine', () => {
  it('takes terminal sequences and control characters out', () => {
    expect(plainLine('\u001b[0;1;31mfailed\u001b[0m\u0007 now')).toBe('failed now');
  });

  it('makes one line of many', () => {
    expect(plainLine('a\r\nb\u2028c\td')).toBe('a b c d');
  });

  it('takes out what turns the reading direction', () => {
    expect(plainLine('safe\u202eexe.txt')).toBe('safeexe.txt');
  });

  it('ends at the limit and shows that it did', () => {
    expect(plainLine('x'.repeat(1000), 10)).toBe(`${'x'.repeat(9)}…`);
  });

  it('does not take long for a megabyte of nothing', () => {
    expect(plainLine(' '.repeat(1_000_000))).toBe('');
  });
});

describe('plainBlock', () => {
  it('keeps indents, and the last lines where there are too many', () => {
    expect(plainBlock(['1', '  2', '\u001b[31m3\n4'], 2)).toBe('  2\n3 4');
  });
});
