import { csvFormatRow } from 'd3-dsv';
import { visible } from '../../core/text.ts';

export type Cell = string | number | boolean | undefined;

/** A column: its name in the first line, and what it says of a row. */
export type Columns<Row> = Readonly<Record<string, (row: Row) => Cell>>;

/**
 * CSV (RFC 4180, UTF-8, lines end in LF): a line of column names, then a line for each row. An absent cell is empty.
 * Numbers have all their digits. Text shows what it says, as `visible` does; one that a spreadsheet would run as a
 * formula gets an apostrophe in front: guests can choose some of it.
 */
export function renderCsv<Row>(columns: Columns<Row>, rows: readonly Row[]): string {
  const cells = Object.values(columns);
  const lines = rows.map((row) => csvFormatRow(cells.map((cell) => cellText(cell(row)))));
  return [csvFormatRow(Object.keys(columns)), ...lines, ''].join('\n');
}

/** What spreadsheets take for a formula at the start of a cell, blanks aside; the last four are in full width. */
const formula = /^\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|^\t/u;

function cellText(cell: Cell): string {
  if (typeof cell !== 'string') return cell === undefined ? '' : String(cell);
  const shown = visible(cell);
  return formula.test(shown) ? `'${shown}` : shown;
}
