import { visible } from '../../core/text.ts';
import { renderCsv, type Cell, type Columns } from '../../results/export/table.ts';
import type { Figure, Json, JsonObject, Panel } from '../charts/spec.ts';

/** A point, a bar or a value of a box that a figure draws, in the unit of its axis. */
interface DrawnValue {
  panel: string;
  series: string;
  /** Of a bar or a box: what it stands for. */
  category?: string;
  /** What of a box it is: `median`, `q1`, `item` …; `value` of all else, `fit` of a line through points. */
  part: string;
  x?: number;
  /** Of a bar its length, or where it ends. */
  value: number;
  /** Of a bar that does not begin at 0. */
  from?: number;
  low?: number;
  high?: number;
}

const columns: Columns<DrawnValue> = {
  panel: ({ panel }) => panel,
  series: ({ series }) => series,
  category: ({ category }) => category,
  part: ({ part }) => part,
  x: ({ x }) => x,
  value: ({ value }) => value,
  from: ({ from }) => from,
  low: ({ low }) => low,
  high: ({ high }) => high,
};

/** What a figure draws, a line each, as CSV. What has no value is not there. */
export function figureCsv({ panels }: Figure): string {
  return renderCsv(columns, panels.flatMap(drawnIn));
}

/**
 * The same for pgfplots: columns with blanks between them, text in braces, `nan` where there is no value. The first
 * column is a running number, to draw bars at (`\\addplot table[x=index,y=value]{…}`).
 */
export function figurePgfplots({ title, panels }: Figure): string {
  const rows = panels.flatMap(drawnIn);
  const lines = rows.map((row, index) =>
    [String(index), ...Object.values(columns).map((cell) => pgfCell(cell(row)))].join(' '),
  );
  return [
    `# ${visible(title).replace(/\s+/gu, ' ')}`,
    ['index', ...Object.keys(columns)].join(' '),
    ...lines,
    '',
  ].join('\n');
}

function pgfCell(value: Cell): string {
  if (value === undefined) return 'nan';
  if (typeof value === 'number') return String(value);
  return `{${latexText(String(value))}}`;
}

/**
 * Text that LaTeX shows as it is, in one line, with its default font encoding (OT1) and with T1 (encguide.pdf): letters
 * that pdfLaTeX does not know, of other scripts, are left to LuaLaTeX and XeLaTeX.
 */
export function latexText(text: string): string {
  return (
    visible(text)
      .replace(/\s+/gu, ' ')
      .replace(/[\\{}$&#%_^~<>|'`−≤≥]/gu, (character) => latexCharacters[character] ?? `\\${character}`)
      // Two of them become another character: `--cpus`, `cpuid=host,,rdtscp=0`.
      .replace(/([-,])(?=\1)/gu, '$1{}')
      // After the end of a row it would begin an option.
      .replace(/^\[/, '{[}')
  );
}

const latexCharacters: Readonly<Record<string, string>> = {
  '\\': '\\textbackslash{}',
  '^': '\\textasciicircum{}',
  '~': '\\textasciitilde{}',
  '<': '\\textless{}',
  '>': '\\textgreater{}',
  '|': '\\textbar{}',
  "'": '\\textquotesingle{}',
  '`': '\\textasciigrave{}',
  '−': '$-$',
  '≤': '$\\leq$',
  '≥': '$\\geq$',
};

function drawnIn(panel: Panel): DrawnValue[] {
  const labels = list(panel.data.labels).map((label) => list(label).map(textOf).join(' '));
  return list(panel.data.datasets)
    .filter(isObject)
    .flatMap((dataset) => {
      const place = { panel: panel.heading ?? panel.id, series: textOf(dataset.label) };
      const values = list(dataset.data).flatMap((value, index) => {
        const category = labels[index];
        const at = { ...place, ...(category === undefined || category === '' ? {} : { category }) };
        const [low, high] = [list(dataset.low)[index], list(dataset.high)[index]];
        const interval = {
          ...(typeof low === 'number' && { low }),
          ...(typeof high === 'number' && { high }),
        };
        return valuesOf(value).map((drawn) => ({ ...at, ...drawn, ...interval }));
      });
      const fit = list(dataset.fit).flatMap((point) => {
        const [x, value] = list(point);
        return typeof x === 'number' && typeof value === 'number'
          ? [{ ...place, part: 'fit', x, value }]
          : [];
      });
      return [...values, ...fit];
    });
}

type Value = Pick<DrawnValue, 'part' | 'value' | 'x' | 'from'>;

/** Of a number, a bar from one to another, a point, or a box with its items. */
function valuesOf(value: Json): Value[] {
  if (typeof value === 'number') return [{ part: 'value', value }];
  if (Array.isArray(value)) {
    const [from, to] = value;
    return typeof from === 'number' && typeof to === 'number' ? [{ part: 'value', from, value: to }] : [];
  }
  if (!isObject(value)) return [];
  const { x, y, ...others } = value;
  if (typeof x === 'number' && typeof y === 'number') return [{ part: 'value', x, value: y }];
  return Object.entries(others).flatMap(([part, figure]): Value[] => {
    if (typeof figure === 'number') return [{ part, value: figure }];
    return list(figure).flatMap((item) =>
      typeof item === 'number' ? [{ part: part.replace(/s$/, ''), value: item }] : [],
    );
  });
}

/** A single label is a list of one line. */
function list(value: Json | undefined): Json[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}

const isObject = (value: Json): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const textOf = (value: Json | undefined): string => (typeof value === 'string' ? value : '');
