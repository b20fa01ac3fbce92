const ESCAPE = '\\u001b';
/**
 * Any terminal sequence (ECMA-48, 5.3 to 5.6), whole or cut short: a control sequence, a string with its end, any other
 * escape. It takes time in proportion to the text, which `stripVTControlCharacters` of Node 20 does not: 20 kB of `;#`
 * behind one escape take it 2 s.
 */
const terminalSequence = new RegExp(
  [
    `(?:${ESCAPE}\\[|\\u009b)[0-?]*[ -/]*[@-~]?`,
    `(?:${ESCAPE}[\\]PX^_]|[\\u009d\\u0090\\u0098\\u009e\\u009f])[^\\u0007\\u001b\\u009c]*(?:\\u0007|${ESCAPE}\\\\|\\u009c)`,
    `${ESCAPE}(?:[!-/]{0,2}[0-~])?`,
  ].join('|'),
  'gu',
);

/** The text without terminal sequences: no colours, no cursor movements, no titles and links. */
export function stripTerminalSequences(text: string): string {
  return text.replace(terminalSequence, '');
}

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
    .replace(/^( ?)(?:([-+])(?=\s|$)|(-)(?=[-\s]+$))/u, '$1\\$2$3')
    .replace(/^( ?\d+)([.)])(?=\s|$)/u, '$1\\$2')
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
  return stripTerminalSequences(text.slice(0, 20_000)).replace(bidirectional, '').replace(unprintable, ' ');
}

function shorten(text: string, limit: number): string {
  return text.length <= limit ? text : `${text.slice(0, limit - 1).replace(/\p{Surrogate}$/u, '')}…`;
}

/**
 * An expression for a whole line of a text. `^` and `$` of JavaScript take U+2028 and a carriage return for ends of lines
 * too, so that a name could pass for a line.
 */
export function wholeLine(pattern: string, flags = ''): RegExp {
  return new RegExp(`(?<![^\\n])(?:${pattern})(?![^\\n])`, flags);
}
