import type { Align } from './columns.ts';
import { escapeMarkdown, escapeXml, visible } from './text.ts';

/** A piece of a document whose text has been escaped. The tags below alone make it, so that none can be left out. */
class Piece<Language extends string> {
  declare readonly language: Language;
  readonly #source: string;

  constructor(source: string) {
    this.#source = source;
  }

  toString(): string {
    return this.#source;
  }
}

export type Markdown = Piece<'markdown'>;
export type Xml = Piece<'xml'>;

/**
 * Tag of templates: what is written in the template is markup, and every text that is put into it is escaped; pieces
 * are put in as they are.
 */
interface Tag<Language extends string> {
  (template: TemplateStringsArray, ...values: (string | number | Piece<Language>)[]): Piece<Language>;
  /** One after another; `separator` is markup, written in the source. */
  join(pieces: readonly (string | Piece<Language>)[], separator: string): Piece<Language>;
}

/** GitHub-flavoured Markdown. */
export const gfm = tagFor<'markdown'>(escapeMarkdown);

/** XML 1.0: element text, and attributes in double quotes. */
export const xml = tagFor<'xml'>(escapeXml);

function tagFor<Language extends string>(escape: (text: string) => string): Tag<Language> {
  const sourceOf = (value: string | number | Piece<Language>): string =>
    value instanceof Piece ? value.toString() : escape(String(value));
  const tag = (template: TemplateStringsArray, ...values: (string | number | Piece<Language>)[]) =>
    new Piece<Language>(String.raw({ raw: template }, ...values.map(sourceOf)));
  const join = (pieces: readonly (string | Piece<Language>)[], separator: string) =>
    new Piece<Language>(pieces.map(sourceOf).join(separator));
  return Object.assign(tag, { join });
}

/** A table in Markdown. `aligns`: by column. */
export function gfmTable(
  head: readonly (string | Markdown)[],
  rows: readonly (readonly (string | Markdown)[])[],
  aligns: readonly Align[],
): Markdown {
  const line = (cells: readonly (string | Markdown)[]): Markdown => gfm`| ${gfm.join(cells, ' | ')} |`;
  const rule = aligns.map((align) => (align === 'right' ? gfm`---:` : gfm`---`));
  return gfm.join([head, rule, ...rows].map(line), '\n');
}

/**
 * A block of code in Markdown; its fence is longer than any run of backticks in it, so that it cannot be closed from
 * inside.
 */
export function codeBlock(text: string): Markdown {
  const shown = visible(text);
  const longest = Math.max(2, ...[...shown.matchAll(/`+/gu)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return new Piece<'markdown'>(`${fence}text\n${shown}\n${fence}`);
}
