export type Align = 'left' | 'right';

/**
 * The lines of a table: each column as wide as its longest text, two blanks between columns, none at a line's end.
 * `aligns`: by column; `left` where there is none.
 */
export function alignColumns(rows: readonly (readonly string[])[], aligns: readonly Align[]): string[] {
  const widths = aligns.map((_, column) => Math.max(0, ...rows.map((texts) => texts[column]?.length ?? 0)));
  return rows.map((texts) =>
    texts
      .map((text, column) => {
        const width = widths[column] ?? 0;
        return aligns[column] === 'right' ? text.padStart(width) : text.padEnd(width);
      })
      .join('  ')
      .trimEnd(),
  );
}
