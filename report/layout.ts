import type { Figure, Panel } from './charts/spec.ts';
import type { Drawing } from './drawing.ts';
import { pictureWidths, type PictureStyle } from './picture-style.ts';

const GAP = 24;
/** Panels lie beside each other where each has as much; less than that, and they are those of a narrow screen. */
const LEAST_PANEL = 416;

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

/** Title, mark and caption above the panels, the source below; of a column's width without title and caption. */
export function layOut(
  figure: Figure,
  source: string,
  look: Pick<PictureStyle, 'width' | 'theme'>,
  { palettes, fontFamily }: Drawing,
  measure: Measure,
): { width: number; height: number; blocks: Block[] } {
  const isAlone = look.width === 'page';
  const width = pictureWidths[look.width].px;
  const margin = isAlone ? 28 : 4;
  const palette = palettes[look.theme];
  const style = (font: string, color: string, lineHeight: number): Style => ({
    font: `${font} ${fontFamily}`,
    color: palette[color] ?? palette.ink,
    lineHeight,
  });
  const title = style('600 19px', 'ink', 26);
  const caption = style('13px', 'ink2', 19);
  const mark = style('600 13px', 'accent', 22);
  const heading = style('600 13px', 'ink', 20);
  const small = style('11px', 'ink2', 16);

  const blocks: Block[] = [];
  const write = (x: number, y: number, room: number, texts: [Style, string][]): number => {
    const lines: Pen[] = [];
    let top = 0;
    for (const [{ font, color, lineHeight }, text] of texts) {
      for (const line of wrap(text, room, (part) => measure(font, part))) {
        lines.push({ font, color, text: line, baseline: top + lineHeight * 0.75 });
        top += lineHeight;
      }
    }
    const height = Math.ceil(top) + 4;
    blocks.push({ x, y, width: room, height, lines });
    return y + height;
  };

  const inner = width - 2 * margin;
  const above: [Style, string][] = [
    ...(isAlone ? [[title, figure.title] as [Style, string]] : []),
    ...(figure.mark === undefined ? [] : [[mark, figure.mark] as [Style, string]]),
    ...(isAlone ? [[caption, figure.caption] as [Style, string]] : []),
  ];
  let y = above.length === 0 ? margin : write(margin, margin, inner, above) + (isAlone ? 12 : 4);

  const isWide = inner >= 2 * LEAST_PANEL + GAP;
  const perRow = isWide && figure.layout === 'columns' && figure.panels.length > 1 ? 2 : 1;
  const panelWidth = Math.floor((inner - GAP * (perRow - 1)) / perRow);
  for (let start = 0; start < figure.panels.length; start += perRow) {
    const ends = figure.panels.slice(start, start + perRow).map((panel, column) => {
      const x = margin + column * (panelWidth + GAP);
      const top = panel.heading === undefined ? y : write(x, y, panelWidth, [[heading, panel.heading]]);
      const height = inner < LEAST_PANEL ? panel.narrowHeight : panel.height;
      blocks.push({ x, y: top, width: panelWidth, height, panel });
      return top + height;
    });
    y = Math.max(...ends) + 10;
  }
  y = write(margin, y + 4, inner, [[small, source]]);
  return { width, height: y + Math.max(0, margin - 12), blocks };
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
