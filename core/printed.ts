import { styleText } from 'node:util';
import { visible, withoutCommands } from './text.ts';

/**
 * Text as it reaches a terminal or a CI log. It acts on neither of them, except by the colours and workflow commands
 * that `colouredLine` and `workflowCommand` put in. Only the functions here make it, and all of them clean what they
 * are given: wherever a text is from, a record or a guest, it can be printed and cannot do anything.
 */
class PrintedText {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  toString(): string {
    return this.#text;
  }
}

export type Printed = PrintedText;

/** What is printed of a text of any origin; what is `Printed` already stays as it is. */
export function printed(text: string | Printed): Printed {
  return typeof text === 'string' ? new PrintedText(withoutCommands(visible(text))) : text;
}

/** Lines one below another. */
export function printedLines(lines: readonly (string | Printed)[]): Printed {
  return new PrintedText(lines.map((line) => printed(line).toString()).join('\n'));
}

/** Blocks of lines with an empty line between them; a block without lines is left out. */
export function printedBlocks(blocks: readonly (readonly (string | Printed)[])[]): Printed {
  const shown = blocks.filter((block) => block.length > 0);
  return printedLines(shown.flatMap((block, index) => (index === 0 ? block : ['', ...block])));
}

export type Colour = 'red' | 'green' | 'yellow';

export interface Span {
  text: string;
  /** Absent: as the terminal writes. */
  colour?: Colour | undefined;
}

/** One line with colours of its own. */
export function colouredLine(spans: readonly Span[]): Printed {
  const clean = spans.map(({ text, colour }) => ({ text: visible(text).replaceAll('\n', ' '), colour }));
  const whole = clean.map(({ text }) => text).join('');
  // Spans that are harmless alone can make a command together.
  if (withoutCommands(whole) !== whole) return printed(whole);
  return new PrintedText(
    clean
      .map(({ text, colour }) => {
        return colour === undefined ? text : styleText(colour, text, { validateStream: false });
      })
      .join(''),
  );
}

/**
 * A workflow command of GitHub's runner, an annotation for instance
 * (https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands).
 */
export function workflowCommand(
  name: 'error' | 'warning' | 'notice',
  properties: Readonly<Record<string, string>>,
  message: string,
): Printed {
  const pairs = Object.entries(properties).map(([key, value]) => `${key}=${escapeProperty(value)}`);
  return new PrintedText(`::${name} ${pairs.join(',')}::${escapeData(message)}`);
}

/** As GitHub's own toolkit escapes a message. */
function escapeData(text: string): string {
  return visible(text).replaceAll('%', '%25').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
