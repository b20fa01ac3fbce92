/** A table of plain text: what it goes into escapes it. */
export interface Table {
  caption: string;
  mark?: string;
  head: Column[];
  rows: Cell[][];
}

export interface Column {
  text: string;
  /** A second, smaller line. */
  note?: string;
  /** Numbers stand right. */
  numeric?: boolean;
}

export interface Cell {
  text: string;
  /** A second, smaller line. */
  note?: string;
}

export const cell = (text: string, note?: string): Cell => (note === undefined ? { text } : { text, note });
