import { alignColumns } from '../../../core/columns.ts';
import { colouredLine, printedBlocks, type Colour, type Printed } from '../../../core/printed.ts';
import { plainLine } from '../../../core/text.ts';
import { formatList } from '../../../core/words.ts';
import { markedMetric, markedSubject, together } from '../../marks.ts';
import {
  footnotesOf,
  rowsBySubject,
  verdictText,
  type Outcome,
  type VerdictDocument,
  type VerdictRow,
} from '../document.ts';

const signs: Readonly<Record<Outcome, { sign: string; colour?: Colour }>> = {
  passed: { sign: '✓' },
  noted: { sign: '✓', colour: 'green' },
  tolerated: { sign: '-', colour: 'yellow' },
  undecided: { sign: '?', colour: 'yellow' },
  skipped: { sign: '-', colour: 'yellow' },
  failed: { sign: '✗', colour: 'red' },
};

export interface TerminalOptions {
  /** Whether verdicts are coloured. */
  colour?: boolean;
}

/** For people: a block of rows for each subject, then what has no figures, and the whole in one sentence last. */
export function renderTerminal(document: VerdictDocument, { colour = false }: TerminalOptions = {}): Printed {
  const { about, notes, sentence, caveat } = document;
  return printedBlocks([
    caveat === undefined ? [] : [`! ${shown(caveat)}`],
    alignColumns(
      about.map(({ label, text }) => [label, shown(text)]),
      ['left', 'left'],
    ),
    tableLines(document, colour),
    ...blameBlocks(document),
    differenceLines(document),
    notes.map((note) => `! ${shown(note)}`),
    footnotesOf(document).map(shown),
    [shown(sentence)],
  ]);
}

function tableLines(document: VerdictDocument, colour: boolean): (string | Printed)[] {
  const { rowTitle, columns, rows } = document;
  const own = columns.filter((column) => column.besideSubject !== true);
  const [head = '', ...lines] = alignColumns(
    [
      [rowTitle, ...own.map(({ title }) => title), 'verdict'],
      ...rows.map((row) => [nameText(row, document), ...cellsIn(own, row, document), verdictText(row)]),
    ],
    ['left', ...own.map(({ align }) => align), 'left'],
  );
  const lineOf = new Map(rows.map((row, index) => [row, lines[index] ?? '']));
  return [
    head,
    ...rowsBySubject(document).flatMap((group) => [
      headingOf(group, document),
      ...group.map((row) => signed(row, lineOf.get(row) ?? '', colour)),
      ...reasonLines(group),
    ]),
  ];
}

function nameText(row: VerdictRow, { markOfAll }: VerdictDocument): string {
  const name = markedMetric(plainLine(row.name), row);
  const mark = markOfAll === undefined ? '' : ` ${markOfAll.symbol}`;
  return `  ${signs[row.outcome].sign} ${name}${mark}`;
}

function cellsIn(some: VerdictDocument['columns'], row: VerdictRow, { columns }: VerdictDocument): string[] {
  return some.map((column) => shown(row.cells[columns.indexOf(column)] ?? ''));
}

/** `qemu *  (n = 12 and 12)`; of rows that differ, each text once. */
function headingOf(group: readonly VerdictRow[], document: VerdictDocument): string {
  const subject = markedSubject(plainLine(group[0]?.subject ?? ''), together(group));
  const beside = document.columns
    .filter((column) => column.besideSubject === true)
    .map((column) => {
      const texts = new Set(group.flatMap((row) => cellsIn([column], row, document)));
      return `  (${column.title} = ${[...texts].join(', ')})`;
    });
  return `${subject}${beside.join('')}`;
}

/** The sign at the beginning and the verdict at the end have the colour of the outcome. */
function signed(row: VerdictRow, line: string, useColour: boolean): Printed {
  const { sign, colour } = signs[row.outcome];
  const shade = useColour ? colour : undefined;
  const afterSign = line.indexOf(sign) + sign.length;
  const verdict = line.length - verdictText(row).length;
  return colouredLine([
    { text: line.slice(0, afterSign), colour: shade },
    { text: line.slice(afterSign, verdict) },
    { text: line.slice(verdict), colour: shade },
  ]);
}

/** Each reason once, with the rows that it holds for. */
function reasonLines(group: readonly VerdictRow[]): string[] {
  const reasons = [...new Set(group.flatMap(({ reason }) => reason ?? []))];
  return reasons.map((reason) => {
    const names = group.filter((row) => row.reason === reason).map(({ name }) => plainLine(name));
    const whose = names.length === group.length ? '' : `${formatList(names)}: `;
    return `  ! ${whose}${shown(reason)}`;
  });
}

function blameBlocks({ rows }: VerdictDocument): string[][] {
  return rows.flatMap(({ fullName, blame }) =>
    blame === undefined
      ? []
      : [[`What took longer before ${shown(fullName)}`, ...blame.map((line) => `  ${shown(line)}`)]],
  );
}

function differenceLines({ differences }: VerdictDocument): string[] {
  if (differences.length === 0) return [];
  return [
    'Structural differences',
    ...differences.map(({ outcome, message, kind }) => {
      const sign = outcome === 'failed' ? signs.failed.sign : '-';
      return `  ${sign} ${shown(message)} [${kind}]`;
    }),
  ];
}

const shown = (text: string): string => plainLine(text, 1000);
