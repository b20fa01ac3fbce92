import { alignColumns } from '../../core/columns.ts';
import { groupBy } from '../../core/group-by.ts';
import { NOTHING } from '../../core/words.ts';
import { footnotes } from '../../results/marks.ts';
import type { Cell, Column, Table } from '../../results/tables/table.ts';

/** The lines of a table at the terminal: brief titles and texts, without what documents alone have room for. */
export function tableLines({ columns, rows, isGrouped = false, remarks = [] }: Table): string[] {
  const shown = columns.flatMap((column, index) => (column.detail ? [] : [{ column, index }]));
  const textsOf = (row: readonly Cell[]): string[] =>
    shown.map(({ column, index }) => cellText(row[index], column));
  const grouped = (): string[][] =>
    groupBy(rows, headingOf).flatMap((group) => {
      const [heading = ''] = group.map(headingOf);
      const below = remarks.filter((remark) => remark.heading === heading);
      return [
        [heading],
        ...group.map((row) => indented(textsOf(row))),
        ...below.map(({ text }) => [`  ! ${text}`]),
      ];
    });
  return alignColumns(
    [
      shown.map(({ column }) => inLine(column.brief ?? column.title)),
      ...(isGrouped ? grouped() : rows.map(textsOf)),
    ],
    shown.map(({ column }) => (column.numeric ? 'right' : 'left')),
  );
}

const headingOf = ([first]: readonly Cell[]): string => first?.note ?? '';

const indented = ([first = '', ...others]: readonly string[]): string[] => [`  ${first}`, ...others];

/** A line for each symbol in these tables. */
export function tableFootnotes(tables: readonly Table[]): string[] {
  return footnotes(tables.flatMap(({ marked }) => marked ?? []));
}

/** Titles begin with a small letter here, but for abbreviations: `Live at once` → `live at once`, `PSS`. */
const inLine = (title: string): string => title.replace(/^[A-Z](?=[a-z])/u, (letter) => letter.toLowerCase());

function cellText(cell: Cell | undefined, { withNotes }: Column): string {
  if (cell === undefined) return '';
  const text = cell.brief ?? cell.text;
  return withNotes && cell.note !== undefined && text !== NOTHING ? `${text} ${cell.note}` : text;
}
