import { stripVTControlCharacters } from 'node:util';

/** Characters that turn the reading direction around: a guest could make text read as something else. */
const bidirectional = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;
/** Controls, line separators, halves of surrogate pairs and non-characters, none of which XML can hold either. */
// eslint-disable-next-line no-control-regex -- they are what is to be removed
const unprintable = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]|\p{Surrogate}/gu;

/**
 * Text of unknown origin as one plain line: no terminal sequences, no control characters, at most `limit`
 * characters. It still has to be escaped for the format that it goes into.
 */
export function plainLine(text: string, limit = 300): string {
  return shorten(plain(text).replace(/\s+/gu, ' ').trim(), limit);
}

/** As `plainLine`, for text whose line breaks and indents matter; trailing blank space goes. */
export function plainBlock(lines: readonly string[], limitLines = 40): string {
  return lines
    .slice(-limitLines)
    .map((line) =>
      shorten(
        plain(line)
          .replace(/[\n\t]/gu, ' ')
          .trimEnd(),
        300,
      ),
    )
    .join('\n');
}

/**
 * Text as Markdown that shows exactly that text: no markup, no HTML, no link, no mention, no line break,
 * and nothing that ends a table's cell.
 */
export function escapeMarkdown(text: string): string {
  return text
    .replace(/\s+/gu, ' ')
    .replace(/&/gu, '&amp;')
    .replace(/</gu, '&lt;')
    .replace(/>/gu, '&gt;')
    .replace(/[\\`*_{}[\]|#~!]/gu, '\\$&')
    .replace(/^([-+]|\d+[.)])(?=\s)/u, '\\$1')
    .replace(/@/gu, '&#64;')
    .replace(/:\/\//gu, '&#58;//')
    .replace(/\bwww\./giu, 'www&#46;');
}

/** For element text and attributes in double quotes; what XML cannot hold at all is gone with `plainLine`. */
export function escapeXml(text: string): string {
  return plainLine(text, 1000)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

function plain(text: string): string {
  return stripVTControlCharacters(text.slice(0, 20_000)).replace(bidirectional, '').replace(unprintable, ' ');
}

function shorten(text: string, limit: number): string {
  return text.length <= limit ? text : `${text.slice(0, limit - 1).replace(/\p{Surrogate}$/u, '')}…`;
}

/** Text as a regular expression that matches it and nothing else. */
export function literally(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/gu, '\\$&');
}
