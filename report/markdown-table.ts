import { gfm, gfmTable, type Markdown } from '../core/markup.ts';
import { withNote, type Table } from '../results/tables/table.ts';

/** A table as blocks of Markdown: its caption with the mark, and its lines. */
export function tableBlocks({ caption, mark, columns, rows }: Table): Markdown[] {
  return [
    mark === undefined ? gfm`${caption}` : gfm`${caption} · **${mark}**`,
    gfmTable(
      columns.map(({ title, note }) => (note === undefined ? title : `${title} (${note})`)),
      rows.map((row) => row.map(withNote)),
      columns.map(({ numeric }) => (numeric ? 'right' : 'left')),
    ),
  ];
}
