const ESCAPE = '\\u001b';
/**
 * What a terminal acts on instead of showing it (ECMA-48, 5.3 to 5.6): control sequences, whole or cut short; the
 * strings that set titles, links and the clipboard, with all that they hold, where they end; any other escape. It takes
 * time in proportion to the text, also where strings begin again and again, which `stripVTControlCharacters` of Node
 * does not.
 */
const controlSequence = new RegExp(
  [
    `(?:${ESCAPE}\\[|\\u009b)[0-?]*[ -/]*[@-~]?`,
    `(?:${ESCAPE}[\\]PX^_]|[\\u0090\\u0098\\u009d-\\u009f])[^\\u0007\\n\\r\\u001b\\u0080-\\u009f]*(?:\\u0007|${ESCAPE}\\\\|\\u009c)`,
    `${ESCAPE}(?:[!-/]{0,2}[0-~])?`,
  ].join('|'),
  'gu',
);
/** Controls, line separators, halves of surrogate pairs and non-characters, none of which XML can hold either. */
// eslint-disable-next-line no-control-regex -- they are what is to be removed
const unprintable = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]|\p{Surrogate}/gu;
/**
 * What turns the reading direction around, and what shows nothing: with it a text reads as something else, or two texts
 * that differ read alike. The two joiners stay (U+200C, U+200D): scripts and emoji need them.
 */
const deceptive =
  /[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;

/** Text without what a terminal acts on instead of showing it. Takes time in proportion to the text. */
export function withoutSequences(text: string): string {
  return text.replace(controlSequence, '');
}

/** Most text of a record is: nothing has to be looked for in it. */
const plainAscii = /^[\t\n -~]*$/u;

/**
 * Text that shows what it says, of any length: its only controls are line feeds and tabs, and it has neither turned
 * reading directions nor invisible characters.
 */
export function visible(text: string): string {
  if (plainAscii.test(text)) return text;
  return withoutSequences(text.replace(/\r\n/gu, '\n')).replace(deceptive, '').replace(unprintable, ' ');
}

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
  return visible(text)
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
  return visible(text.slice(0, 20_000));
}

function shorten(text: string, limit: number): string {
  return text.length <= limit ? text : `${text.slice(0, limit - 1).replace(/\p{Surrogate}$/u, '')}…`;
}

/**
 * An expression for a whole line of a text. `^` and `$` of JavaScript take U+2028 and a carriage return for ends of
 * lines too, so that a name could pass for a line.
 */
export function wholeLine(pattern: string, flags = ''): RegExp {
  return new RegExp(`(?<![^\\n])(?:${pattern})(?![^\\n])`, flags);
}

/**
 * Any value but `undefined` as JSON that shows what it says and loses nothing: what `visible` takes out is escaped
 * (`\u009b`), and so is what a CI log would read as a command.
 */
export function jsonText(value: unknown, indent?: number): string {
  return JSON.stringify(value, undefined, indent)
    .replace(deceptive, escapeUnits)
    .replace(unprintable, escapeUnits)
    .replace(commandInLine, '\\u0023#');
}

function escapeUnits(character: string): string {
  return [...Array(character.length).keys()]
    .map((index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`)
    .join('');
}

/** `::error::`, which GitHub's runner takes for a command at the start of a line, blanks aside. */
const commandAtStart = /^([^\S\n]*):(?=:)/gmu;
/**
 * `##[error]`, `##vso[…]`, `##teamcity[…]`, which GitHub's older runner, Azure's and TeamCity take anywhere in a
 * line.
 */
const commandInLine = /##(?=[\w.-]*\[)/gu;

/** Text in which no CI system finds a command: a blank comes into what would begin one. */
export function withoutCommands(text: string): string {
  return text.replace(commandAtStart, '$1: ').replace(commandInLine, '# #');
}

/** The last lines of what a program said, blank space around it taken off. */
export function lastLines(text: string, count: number): string {
  return text.trim().split('\n').slice(-count).join('\n');
}

/** Guest text for an error message: shortened, control characters made visible. */
export function quote(text: string): string {
  return JSON.stringify(text.length > 120 ? `${text.slice(0, 120)}…` : text);
}
