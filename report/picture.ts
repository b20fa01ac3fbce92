import { createCanvas, GlobalFonts, SvgExportFlag, type Canvas, type SvgCanvas } from '@napi-rs/canvas';
import { BoxAndWiskers, BoxPlotController } from '@sgratzl/chartjs-chart-boxplot';
import { Chart, registerables } from 'chart.js';
import { escapeXml } from '../core/text.ts';
import { fontPath } from './asset-files.ts';
import type { Figure, Panel } from './charts/spec.ts';
import type { Drawing } from './drawing.ts';
import { layOut, type Block, type Pen } from './layout.ts';
import { pictureWidths, type PictureStyle } from './picture-style.ts';

export interface Picture {
  png: Buffer;
  svg: string;
  /** At one pixel per CSS pixel, small enough to lie inside the page for readers without JavaScript. */
  webp: Buffer;
}

let prepared = false;

/** Bare machines have no font at all, and text would not be drawn. */
function prepare(): void {
  if (prepared) return;
  for (const subset of ['latin', 'latin-ext'] as const) {
    for (const weight of [400, 600] as const) GlobalFonts.registerFromPath(fontPath(weight, subset), 'Inter');
  }
  Chart.register(...registerables, BoxPlotController, BoxAndWiskers);
  prepared = true;
}

/** A figure with what stands around it, on the colour of its theme: ready to stand alone, or in an article's column. */
export async function drawPicture(
  figure: Figure,
  source: string,
  drawing: Drawing,
  style: PictureStyle,
): Promise<Picture> {
  prepare();
  const ruler = createCanvas(1, 1).getContext('2d');
  const { width, height, blocks } = layOut(figure, source, style, drawing, (font, text) => {
    ruler.font = font;
    return ruler.measureText(text).width;
  });
  const sheet: Sheet = { width, height, blocks, drawing, style };
  const bitmap = drawBitmap(sheet);
  const small = reduced(bitmap, width, height);
  // Other threads encode the bitmaps while this one draws the SVG.
  const encoded = Promise.all([bitmap.encode('png'), small.encode('webp', 85)]);
  const svg = drawSvg(figure, sheet);
  const [png, webp] = await encoded;
  giveBack(bitmap);
  giveBack(small);
  return { png, svg, webp };
}

/** What is drawn once in pixels and once as paths. CSS pixels. */
interface Sheet {
  width: number;
  height: number;
  blocks: readonly Block[];
  drawing: Drawing;
  style: PictureStyle;
}

function drawBitmap(sheet: Sheet): Canvas {
  const { width, height, blocks, drawing } = sheet;
  const { scale, theme } = sheet.style;
  const canvas = createCanvas(width * scale, height * scale);
  const context = canvas.getContext('2d');
  context.fillStyle = drawing.palettes[theme].surface;
  context.fillRect(0, 0, canvas.width, canvas.height);
  for (const block of blocks) {
    const part = createCanvas(block.width, block.height);
    withBlock(block, part, scale, sheet, () => context.drawImage(part, block.x * scale, block.y * scale));
  }
  return canvas;
}

function reduced(bitmap: Canvas, width: number, height: number): Canvas {
  const canvas = createCanvas(width, height);
  const context = canvas.getContext('2d');
  context.imageSmoothingQuality = 'high';
  context.drawImage(bitmap, 0, 0, width, height);
  return canvas;
}

/** Each block is an SVG of its own inside the whole one, because Chart.js draws from the corner of its canvas. */
function drawSvg({ title }: Figure, sheet: Sheet): string {
  const { width, height, blocks, drawing, style } = sheet;
  const { mm } = pictureWidths[style.width];
  const size =
    mm === undefined
      ? `width="${width}" height="${height}"`
      : `width="${mm}mm" height="${((height / width) * mm).toFixed(2)}mm"`;
  const parts = blocks.map((block, index) => {
    const part = createCanvas(block.width, block.height, SvgExportFlag.ConvertTextToPaths);
    const content = withBlock(block, part, 1, sheet, () => part.getContent().toString('utf8'));
    return nest(content, block, `b${index}-`);
  });
  return [
    '<?xml version="1.0" encoding="utf-8"?>',
    `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" ${size} viewBox="0 0 ${width} ${height}" role="img">`,
    `<title>${escapeXml(title)}</title>`,
    `<rect width="${width}" height="${height}" fill="${drawing.palettes[style.theme].surface}"/>`,
    ...parts,
    '</svg>',
    '',
  ].join('\n');
}

/**
 * The library numbers ids through all that a process draws: here each block begins anew, so that a figure is always the
 * same. A path is kept to the hundredth of a pixel.
 */
function nest(svg: string, { x, y }: Block, prefix: string): string {
  const names = new Map<string, string>();
  const named = (id: string): string => {
    const name = names.get(id) ?? `${prefix}${names.size}`;
    names.set(id, name);
    return name;
  };
  return svg
    .replace(/^<\?xml[^>]*\?>\s*/u, '')
    .replace(/\s+xmlns(?::xlink)?="[^"]*"/gu, '')
    .replace('<svg', `<svg x="${x}" y="${y}"`)
    .replace(/\s*<path[^>]*\bd=""\/>/gu, '')
    .replace(/(\bid="|url\(#|href="#)([^")]*)/gu, (_, before: string, id: string) => before + named(id))
    .replace(/\bd="[^"]*"/gu, (path) => path.replace(/(\.\d\d)\d+/gu, '$1'))
    .trim();
}

/** Draws a block, lets `use` take it from the canvas, and gives back what the drawing took. */
function withBlock<T>(
  block: Block,
  canvas: Canvas | SvgCanvas,
  scale: number,
  sheet: Sheet,
  use: () => T,
): T {
  const chart = block.panel && drawPanel(block.panel, canvas, scale, sheet);
  if (!block.panel) drawText(block.lines, canvas, scale);
  const taken = use();
  // Chart.js keeps a list of all charts, and with them their canvases, until they are destroyed.
  chart?.destroy();
  giveBack(canvas);
  return taken;
}

/** Without animation it is drawn when this returns. */
function drawPanel(
  panel: Panel,
  canvas: Canvas | SvgCanvas,
  scale: number,
  { drawing, style }: Sheet,
): Chart {
  return new Chart(
    canvas,
    drawing.chartConfig(panel, style.theme, { responsive: false, devicePixelRatio: scale }),
  );
}

/** A canvas has megabytes of pixels that the garbage collector does not know of: freed here and not some day. */
function giveBack(canvas: Canvas | SvgCanvas): void {
  canvas.width = 1;
  canvas.height = 1;
}

function drawText(lines: readonly Pen[], canvas: Canvas | SvgCanvas, scale: number): void {
  if (scale !== 1) {
    canvas.width *= scale;
    canvas.height *= scale;
  }
  const context = canvas.getContext('2d');
  context.scale(scale, scale);
  context.textBaseline = 'alphabetic';
  for (const { font, color, text, baseline } of lines) {
    context.font = font;
    context.fillStyle = color;
    context.fillText(text, 0, baseline);
  }
}
