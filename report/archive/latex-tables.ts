import { withNote, type Noted, type Table } from '../../results/tables/table.ts';
import { figureId } from '../charts/labels.ts';
import { latexText } from './figure-data.ts';
import type { ArchiveFile, ArchivePart } from './part.ts';

/** The tables of the report for LaTeX. */
export const latexTables: ArchivePart = ({ model, figures }) => [
  ...model.headline.map((table, index) => tableFile(`headline-${index + 1}`, table)),
  ...figures.map(({ figure: { id, table } }) => tableFile(id, table)),
  ...model.tables.map(({ scenario, table }, index) =>
    tableFile(figureId(scenario, 'table', String(index + 1)), table),
  ),
];

function tableFile(name: string, table: Table): ArchiveFile {
  return {
    path: `tables/${name}.tex`,
    content: latexTable(table),
    mediaType: 'application/x-tex',
    description: table.caption,
  };
}

/** A table of LaTeX's own with the rules of booktabs, to be put in with `\\input`. */
export function latexTable({ caption, mark, columns, rows }: Table): string {
  const line = (cells: readonly Noted[]): string =>
    `  ${cells.map((one) => latexText(withNote(one))).join(' & ')} \\\\`;
  return [
    '% \\usepackage{booktabs}',
    '\\begin{table}',
    `  \\caption{${latexText(mark === undefined ? caption : `${caption} · ${mark}`)}}`,
    `  \\begin{tabular}{${columns.map(({ numeric }) => (numeric === true ? 'r' : 'l')).join('')}}`,
    '  \\toprule',
    line(columns.map(({ title, note }) => ({ text: title, note }))),
    '  \\midrule',
    ...rows.map(line),
    '  \\bottomrule',
    '  \\end{tabular}',
    '\\end{table}',
    '',
  ].join('\n');
}
