import { describe, expect } from 'vitest';
import { starMatcher } from '../../../core/glob.ts';
import { nearest } from '../../../core/suggest.ts';
import { escapeMarkdown, escapeXml, plainBlock, plainLine, visible } from '../../../core/text.ts';
import { parseBytes } from '../../../core/units.ts';
import { workflowCommand } from '../../../core/printed.ts';
import { drawn, holds, oddText, staysQuick, same } from '../../support/property.ts';

const text = drawn((draw) => oddText(draw));

describe('plain text', () => {
  // eslint-disable-next-line no-control-regex -- they are what must not be there
  const CONTROLS = /[\0-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\ufeff\ufffe\uffff]|\p{Surrogate}/u;

  holds('is one line without controls, of bounded length, and stays as it is', text, (said) => {
    const line = plainLine(said, 60);
    same(
      { hasControls: CONTROLS.test(line), isBounded: line.length <= 60 },
      { hasControls: false, isBounded: true },
    );
    same(plainLine(line, 60), line);
    same(plainBlock([said, said]).split('\n').length, 2);
  });

  const words = drawn((draw) => draw.some(5, () => draw.of(['boot', 'failed', '12', 'é', '🐧'])));
  const COLOUR = '\u001b[0;1;31m';

  holds('keeps every word of a coloured line', words, (some) => {
    same(plainLine(some.map((word) => `${COLOUR}${word}\u001b[0m`).join(' \u0007')), some.join(' '));
  });

  staysQuick('text', ['\u001b[', '\u001b]', '\u001b'], (said) => [plainLine(said), plainBlock([said])]);
});

describe('text in other formats', () => {
  const NAMED: Record<string, string> = {
    amp: '&',
    lt: '<',
    gt: '>',
    quot: '"',
    '#64': '@',
    '#58': ':',
    '#46': '.',
  };
  const unescaped = (said: string): string =>
    said.replace(
      /\\([!-/:-@[-`{-~])|&([a-z#0-9]+);/g,
      (_, character: string | undefined, name: string) => character ?? NAMED[name] ?? '',
    );

  holds('is itself again when Markdown is read, and starts no markup', text, (said) => {
    const escaped = escapeMarkdown(said);
    same(unescaped(escaped), visible(said).replace(/\s+/gu, ' '));
    const markup = escaped.replace(/\\[!-/:-@[-`{-~]|&[a-z#0-9]+;/g, 'x');
    expect(markup).not.toMatch(/[\\`*_{}[\]|#~!<>@\n&]|:\/\/|^ ?(?:[-+]|\d+[.)])(?:\s|$)|^ ?-[-\s]*$/);
  });

  holds('is itself again when XML is read, but for what XML cannot hold', text, (said) => {
    const escaped = escapeXml(said);
    expect(escaped).not.toMatch(/[<>"]|&(?!(?:amp|lt|gt|quot);)/);
    same(unescaped(escaped.replaceAll('\\', '\\\\')), plainLine(said, 1000));
  });

  holds('is one workflow command of GitHub’s, whatever it says', text, (said) => {
    const printed = String(workflowCommand('error', { title: said }, said));
    expect(printed).toMatch(/^::error title=[^\r\n:,]*::[^\r\n]*$/);
  });

  staysQuick('text', ['1. ', '- ', '<', '@'], (said) => [
    escapeMarkdown(said),
    escapeXml(said),
    workflowCommand('error', { title: said }, said),
  ]);
});

describe('sizes', () => {
  const size = drawn((draw) => ({
    digits: draw.int(0, 10 ** 6),
    suffix: draw.of(['', 'K', 'M', 'G', 'KiB', 'MB', 'g']),
    odd: oddText(draw, 3),
  }));

  holds('are read exactly, and nothing else is one', size, ({ digits, suffix, odd }) => {
    const power = ['', 'K', 'M', 'G'].indexOf(suffix.slice(0, 1).toUpperCase());
    same(parseBytes(`${digits}${suffix}`), digits * 1024 ** power);
    const bytes = parseBytes(odd);
    if (bytes !== undefined) expect(odd.trim()).toMatch(/^\d{1,12}[KMGkmgi]{0,2}B?$/);
  });

  staysQuick('text', ['1'], parseBytes);
});

describe('a pattern with stars', () => {
  const pattern = drawn((draw) =>
    draw.some(4, () => ({ glob: draw.of(['*', 'a', '.']), taken: oddText(draw, 2) })),
  );

  holds('matches what its stars may take, and nothing that lacks its other characters', pattern, (parts) => {
    const isMeant = starMatcher(parts.map(({ glob }) => glob).join(''));
    same(isMeant(parts.map(({ glob, taken }) => (glob === '*' ? taken : glob)).join('')), true);
    if (parts.some(({ glob }) => glob === 'a')) same(isMeant(''), false);
  });

  staysQuick('text', ['a'], starMatcher('*a*a*a*a*a*a*a*b'));
});

describe('the nearest word', () => {
  holds('is a known one, and every known word is its own', text, (typed) => {
    const known = ['nspawn', 'qemu', 'constructor'];
    expect([undefined, ...known]).toContain(nearest(typed, known));
    for (const word of known) same(nearest(word, known), word);
  });

  staysQuick('text', ['nspawn'], (typed) => nearest(typed, ['nspawn', 'qemu']));
});
