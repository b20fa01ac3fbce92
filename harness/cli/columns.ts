export type Align = 'left' | 'right';

const GAP = '  ';

/**
 * The lines of a table: each column as wide as its widest cell, two blanks between columns, none at the end of a line.
 * The first column and the last stand left, the others right, where `aligns` says nothing else. A cell with line breaks
 * takes several lines. The last cell of a row with fewer cells than the others runs on over the columns that follow.
 */
export function alignedLines(rows: readonly (readonly string[])[], aligns?: readonly Align[]): string[] {
  const columns = Math.max(0, ...rows.map(({ length }) => length));
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(
      0,
      ...rows
        .filter(({ length }) => column < length - 1 || length === columns)
        .flatMap((row) => (row[column] ?? '').split('\n').map(({ length }) => length)),
    ),
  );
  return rows.flatMap(linesOf).map((texts) => aligned(texts, widths, aligns));
}

/** One line, of columns this wide. */
export function aligned(
  texts: readonly string[],
  widths: readonly number[],
  aligns?: readonly Align[],
): string {
  return texts
    .map((text, column) => {
      const byPlace = column === 0 || column === texts.length - 1 ? 'left' : 'right';
      const width = widths[column] ?? 0;
      return (aligns?.[column] ?? byPlace) === 'left' ? text.padEnd(width) : text.padStart(width);
    })
    .join(GAP)
    .trimEnd();
}

function linesOf(row: readonly string[]): string[][] {
  const cells = row.map((text) => text.split('\n'));
  return Array.from({ length: Math.max(1, ...cells.map(({ length }) => length)) }, (_, line) =>
    cells.map((lines) => lines[line] ?? ''),
  );
}
