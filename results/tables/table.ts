import { NOTHING } from '../../core/words.ts';
import type { Marked } from '../marks.ts';

/**
 * A table as data. It is built once, in this folder, and laid out by three renderers: the terminal
 * (harness/cli/table.ts), Markdown (report/markdown-table.ts) and the page (report/assets/table.eta). All of it is
 * plain text, which they escape.
 */
export interface Table {
  /** Above the table in documents. */
  caption: string;
  /** Beside the caption: what its marks mean, in words. */
  mark?: string;
  /** The same marks, from which the terminal makes its footnotes. */
  marked?: Marked;
  /** The terminal writes the note of a row's first cell as a heading, once above the rows that share it. */
  isGrouped?: boolean;
  /** What has to be known of the rows with this heading: at the terminal, below them. */
  remarks?: { heading: string; text: string }[];
  columns: Column[];
  rows: Cell[][];
}

export interface Column {
  title: string;
  /** At the terminal, where a line is short and a table has no caption. */
  brief?: string;
  /** A second, smaller line; in documents alone. */
  note?: string;
  /** Figures stand right. */
  numeric?: boolean;
  /** The terminal writes the notes of its cells behind their texts. */
  withNotes?: boolean;
  /** In documents alone. */
  detail?: boolean;
}

export interface Cell {
  text: string;
  /** At the terminal. */
  brief?: string;
  /** An interval or a remark: a second, smaller line, in Markdown in brackets. */
  note?: string;
}

/** A table that stands in a scenario's section of a report, after its charts. */
export interface SectionTable {
  scenario: string;
  title: string;
  /** What a reader has to know of it. */
  text: string;
  table: Table;
}

type ColumnOptions = Omit<Column, 'title' | 'numeric'>;

export const column = (title: string, options: ColumnOptions = {}): Column => ({ title, ...options });

export const numeric = (title: string, options: ColumnOptions = {}): Column => ({
  title,
  numeric: true,
  ...options,
});

export const cell = (text: string, note?: string): Cell => (note === undefined ? { text } : { text, note });

/** A cell of a value that may not be there. */
export const orNothing = <T>(value: T | undefined, format: (value: T) => string): Cell =>
  cell(value === undefined ? NOTHING : format(value));

/** A text with what stands below it in a table of cells. */
export interface Noted {
  text: string;
  note?: string | undefined;
}

/** Both in one line: `446 ms [440 ms, 451 ms]`, `QEMU (emulated)`. */
export function withNote({ text, note }: Noted): string {
  if (note === undefined) return text;
  return `${text} ${/^[[(]/u.test(note) ? note : `(${note})`}`;
}
