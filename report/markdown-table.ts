import { gfm, type Markdown } from '../core/markup.ts';
import type { Table } from '../results/tables/table.ts';

/** A table as blocks of Markdown: its caption with the mark, and its lines. */
export function tableBlocks({ caption, mark, columns, rows }: Table): Markdown[] {
  const line = (cells: readonly (string | Markdown)[]): Markdown => gfm`| ${gfm.join(cells, ' | ')} |`;
  const title = [
    ...(caption === '' ? [] : [gfm`${caption}`]),
    ...(mark === undefined ? [] : [gfm`**${mark}**`]),
  ];
  const lines = [
    line(columns.map(({ title, note }) => (note === undefined ? title : `${title} (${note})`))),
    line(columns.map(({ numeric }) => (numeric ? gfm`---:` : gfm`---`))),
    ...rows.map((row) =>
      line(row.map(({ text, note }) => (note === undefined ? text : `${text} ${bracketed(note)}`))),
    ),
  ];
  return [...(title.length === 0 ? [] : [gfm.join(title, ' · ')]), gfm.join(lines, '\n')];
}

const bracketed = (note: string): string => (/^[[(]/u.test(note) ? note : `(${note})`);
