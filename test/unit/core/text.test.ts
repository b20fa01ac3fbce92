import { describe, expect, it } from 'vitest';
import { escapeMarkdown, jsonText, plainBlock, plainLine } from '../../../core/text.ts';

describe('plainLine', () => {
  it.each([
    ['terminal sequences and control characters', '\u001b[0;1;31mfailed\u001b[0m\u0007 now', 'failed now'],
    ['line breaks of every kind', 'a\r\nb\u2028c\td', 'a b c d'],
    ['what turns the reading direction', 'safe\u202eexe.txt', 'safeexe.txt'],
    ['what XML cannot hold', 'a\ud800b\ufffec', 'a b c'],
  ])('takes out %s', (_, text, expected) => {
    expect(plainLine(text)).toBe(expected);
  });

  it('keeps characters beyond the basic plane, and cuts none of them in half', () => {
    expect(plainLine('🐧🐧')).toBe('🐧🐧');
    expect(plainLine('🐧🐧🐧', 4)).toBe('🐧…');
  });

  it('ends at the limit and shows that it did', () => {
    expect(plainLine('x'.repeat(1000), 10)).toBe(`${'x'.repeat(9)}…`);
  });

  it('takes no longer for what begins like a title of a terminal and never ends', () => {
    const start = performance.now();
    expect(plainLine(`\u001b${';#'.repeat(10_000)}`, 5)).toBe('#;#;…');
    expect(performance.now() - start).toBeLessThan(500);
  });

  it('takes out a link’s target, and a sequence that was cut short', () => {
    expect(plainLine('\u001b]8;;http://a\u001b\\text\u001b]8;;\u0007 and\u001b[31')).toBe('text and');
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

describe('jsonText', () => {
  const value = {
    'k\u009b\u202e': ['\u001b[2J\u007f\u2028', '##[error]', '\u{e0041}\ud800', 'größer 🐧'],
    '::': 1,
  };

  it('loses nothing', () => expect(JSON.parse(jsonText(value, 2))).toEqual(value));

  it('holds nothing that a terminal or a log would act on', () => {
    expect(jsonText(value)).toBe(
      '{"k\\u009b\\u202e":["\\u001b[2J\\u007f\\u2028","\\u0023#[error]","\\udb40\\udc41\\ud800","größer 🐧"],"::":1}',
    );
  });
});

describe('escapeMarkdown', () => {
  it('leaves neither markup nor HTML, links, mentions or ends of cells', () => {
    expect(escapeMarkdown('<b>|`x` *y* [a](http://b) @c\n# d')).toBe(
      '&lt;b&gt;\\|\\`x\\` \\*y\\* \\[a\\](http&#58;//b) &#64;c \\# d',
    );
  });

  it.each([
    ['a | b', 'a \\| b'],
    ['`x`', '\\`x\\`'],
    ['<b>&', '&lt;b&gt;&amp;'],
    ['[a](javascript:b)', '\\[a\\](javascript:b)'],
    ['one\ntwo', 'one two'],
    ['# one', '\\# one'],
    ['- one', '\\- one'],
    ['see http://example.org and www.example.org', 'see http&#58;//example.org and www&#46;example.org'],
    ['thanks @someone', 'thanks &#64;someone'],
    ['a\\|b', 'a\\\\\\|b'],
  ])('%j is %j', (text, escaped) => expect(escapeMarkdown(text)).toBe(escaped));

  it('begins no list', () => {
    expect(escapeMarkdown('- one')).toBe('\\- one');
    expect(escapeMarkdown('-')).toBe('\\-');
    expect(escapeMarkdown('1. one')).toBe('1\\. one');
  });

  it('draws no line', () => {
    expect(escapeMarkdown('- - -')).toBe('\\- - -');
    expect(escapeMarkdown('---')).toBe('\\---');
  });
});
