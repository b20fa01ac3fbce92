import { stripVTControlCharacters } from 'node:util';

/** Characters that turn the reading direction around: a guest could make text read as something else. */

const bidirectional = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;
// eslint-disable-next-line no-control-regex -- they are what is to be removed
const control = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\ufeff]/gu;

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

function plain(text: string): string {
  return stripVTControlCharacters(text.slice(0, 20_000)).replace(bidirectional, '').replace(control, ' ');
}

function shorten(text: string, limit: number): string {
  return text.length <= limit ? text : `${text.slice(0, limit - 1)}…`;
}
