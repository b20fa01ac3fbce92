/** A line of a table: the first and the last column to the left, figures between them to the right. */
export function aligned(texts: readonly string[], widths: readonly number[]): string {
  return texts
    .map((text, column) => {
      const width = widths[column] ?? 0;
      return column === 0 || column === texts.length - 1 ? text.padEnd(width) : text.padStart(width);
    })
    .join('  ')
    .trimEnd();
}
