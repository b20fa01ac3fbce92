import { describe, expect, it } from 'vitest';
import { jsonFault } from '../../../results/json-position.ts';

const good = JSON.stringify(
  { text: 'a "quoted" é\n', list: [1, -2.5e3, true, null], nested: { empty: {} } },
  null,
  2,
);

describe('jsonFault', () => {
  it('calls every beginning of a good document truncated, at its end', () => {
    for (let length = 0; length < good.length; length += 1) {
      const text = good.slice(0, length);
      expect(jsonFault(text), JSON.stringify(text)).toEqual({
        byte: Buffer.byteLength(text),
        line: text.split('\n').length,
        truncated: true,
      });
    }
  });

  it.each([
    ['{"a": x}', 6, 1],
    ['{"a": 1,\n "b" 2}', 14, 2],
    ['[1, 2,\n\n]', 8, 3],
    ['{"a": 1}\n}', 9, 2],
    ['<html>', 0, 1],
    ['{"é": x}', 7, 1],
    ["{'a': 1}", 1, 1],
    ['{"a": "line\nbreak"}', 11, 1],
    ['{"a": "\\x"}', 8, 1],
  ])('finds the fault in %j at byte %d, line %d', (text, byte, line) => {
    expect(() => JSON.parse(text) as unknown).toThrow(SyntaxError);
    expect(jsonFault(text)).toEqual({ byte, line, truncated: false });
  });
});
