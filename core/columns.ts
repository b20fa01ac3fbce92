import Table from 'cli-table3';

export type Align = 'left' | 'right';

/**
 * A text for each row: every column as wide at a terminal as its widest cell, two blanks between columns, none at the
 * end of a line. A cell with line breaks takes several lines. The last cell of a row with fewer cells than `aligns`
 * (a heading) runs on over the columns that follow, and makes none wider. `aligns`: by column.
 */
export function alignColumns(rows: readonly (readonly string[])[], aligns: readonly Align[]): string[] {
  const linesByRow = rows.map(linesOf);
  const lines = linesByRow.flat();
  const table = new Table({ colAligns: [...aligns], ...borderless });
  table.push(...lines.map((cells) => withPlaceholder(cells, aligns.length)));
  const laidOut = table
    .toString()
    .split('\n')
    .map((line, index) => runningOn(line.trimEnd(), lines[index] ?? [], aligns.length));
  return linesByRow.map(({ length }) => laidOut.splice(0, length).join('\n'));
}

function linesOf(row: readonly string[]): string[][] {
  const cells = row.map((text) => text.split('\n'));
  const height = Math.max(...cells.map(({ length }) => length));
  return Array.from({ length: height }, (_, line) => cells.map((lines) => lines[line] ?? ''));
}

/** Stands where a cell begins that runs on: one character, since cli-table3 would widen columns for more. */
const PLACEHOLDER = '>';

function withPlaceholder(cells: readonly string[], columns: number): Table.Cell[] {
  const missing = columns - cells.length;
  if (missing === 0) return [...cells];
  const blanks = Array.from({ length: missing }, () => '');
  return [...cells.slice(0, -1), { content: PLACEHOLDER, hAlign: 'left' }, ...blanks];
}

function runningOn(line: string, cells: readonly string[], columns: number): string {
  if (cells.length === columns) return line;
  return `${line.slice(0, -PLACEHOLDER.length)}${cells.at(-1) ?? ''}`.trimEnd();
}

const borderless: Table.TableConstructorOptions = {
  chars: {
    ...Object.fromEntries(
      ['top', 'bottom', 'left', 'right', 'mid'].flatMap((side) =>
        [side, `${side}-mid`, `${side}-left`, `${side}-right`].map((part) => [part, '']),
      ),
    ),
    middle: '  ',
  },
  style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
};
