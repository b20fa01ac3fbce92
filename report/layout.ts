import type { Figure, Panel } from './charts/spec.ts';
import type { Drawing } from './drawing.ts';

const WIDTH = 960;
const MARGIN = 28;
const GAP = 24;

/** A rectangle of a picture, CSS pixels from its top left corner: a chart, or lines of text. */
export type Block = { x: number; y: number; width: number; height: number } & (
  { panel: Panel; lines?: never } | { panel?: never; lines: Pen[] }
);

/** A line of text and how to write it; `baseline` in CSS pixels from the block's top. */
export interface Pen {
  font: string;
  color: string;
  text: string;
  baseline: number;
}

/** The width of a text in CSS pixels. */
export type Measure = (font: string, text: string) => number;

interface Style {
  font: string;
  color: string;
  lineHeight: number;
}

/** Title, mark and caption above the panels, the source below. */
export function layOut(
  figure: Figure,
  source: string,
  { palettes: { light }, fontFamily }: Drawing,
  measure: Measure,
): { width: number; height: number; blocks: Block[] } {
  const style = (font: string, color: string, lineHeight: number): Style => ({
    font: `${font} ${fontFamily}`,
    color: light[color] ?? '#000000',
    lineHeight,
  });
  const title = style('600 19px', 'ink', 26);
  const caption = style('13px', 'ink2', 19);
  const mark = style('600 13px', 'accent', 22);
  const heading = style('600 13px', 'ink', 20);
  const small = style('11px', 'ink2', 16);

  const blocks: Block[] = [];
  const write = (x: number, y: number, width: number, texts: [Style, string][]): number => {
    const lines: Pen[] = [];
    let top = 0;
    for (const [{ font, color, lineHeight }, text] of texts) {
      for (const line of wrap(text, width, (part) => measure(font, part))) {
        lines.push({ font, color, text: line, baseline: top + lineHeight * 0.75 });
        top += lineHeight;
      }
    }
    const height = Math.ceil(top) + 4;
    blocks.push({ x, y, width, height, lines });
    return y + height;
  };

  const inner = WIDTH - 2 * MARGIN;
  let y = write(MARGIN, MARGIN, inner, [
    [title, figure.title],
    ...(figure.mark === undefined ? [] : [[mark, figure.mark] as [Style, string]]),
    [caption, figure.caption],
  ]);
  y += 12;

  const perRow = figure.layout === 'columns' && figure.panels.length > 1 ? 2 : 1;
  const panelWidth = Math.floor((inner - GAP * (perRow - 1)) / perRow);
  for (let start = 0; start < figure.panels.length; start += perRow) {
    const ends = figure.panels.slice(start, start + perRow).map((panel, column) => {
      const x = MARGIN + column * (panelWidth + GAP);
      const top = panel.heading === undefined ? y : write(x, y, panelWidth, [[heading, panel.heading]]);
      blocks.push({ x, y: top, width: panelWidth, height: panel.height, panel });
      return top + panel.height;
    });
    y = Math.max(...ends) + 10;
  }
  y = write(MARGIN, y + 4, inner, [[small, source]]);
  return { width: WIDTH, height: y + MARGIN - 12, blocks };
}

function wrap(text: string, width: number, measure: (part: string) => number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && measure(longer) > width) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return [...lines, line];
}
