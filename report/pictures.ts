import { rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { replaceFile } from '../core/replace-file.ts';
import { messageOf } from '../core/error.ts';
import type { Figure } from './charts/spec.ts';
import { loadDrawing } from './drawing.ts';
import { pictureNames, reportStyle, type PictureStyle } from './picture-style.ts';
import type { Picture } from './picture.ts';

/** A figure's picture, or why there is none. */
export type Drawn = { picture: Picture } | { reason: string };

/** Draws a figure with the line at its foot, in the style of a report's own pictures where none is given. */
type DrawFigure = (figure: Figure, source: string, style?: PictureStyle) => Promise<Drawn>;

/** Stands in the page for a picture that could not be drawn: a transparent pixel. */
const BLANK = 'data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7';

/**
 * Draws pictures, each of which may fail alone. The library for them is native code, which some hosts do not load (a
 * file system mounted noexec, another libc): page and tables are made without.
 */
export async function openPictures(): Promise<DrawFigure> {
  try {
    // Node ends the process where an imported CommonJS module throws; a required one can be caught.
    createRequire(import.meta.url)('@napi-rs/canvas');
    const { drawPicture } = await import('./picture.ts');
    const drawing = await loadDrawing();
    return async (figure, source, style = reportStyle) => {
      try {
        return { picture: await drawPicture(figure, source, drawing, style) };
      } catch (error) {
        return { reason: `${figure.id}: ${firstLine(error)}` };
      }
    };
  } catch (error) {
    const reason = `the drawing library does not load: ${firstLine(error)}`;
    return () => Promise.resolve({ reason });
  }
}

/** The picture inside a page. */
export function imageOf(drawn: Drawn): string {
  return 'picture' in drawn ? `data:image/webp;base64,${drawn.picture.webp.toString('base64')}` : BLANK;
}

/**
 * Writes a picture as PNG and SVG, and gives their paths. Where it could not be drawn, one of an earlier time goes: it
 * would show other figures than the page.
 */
export async function savePicture(
  drawn: Drawn,
  folder: string,
  id: string,
  style: PictureStyle = reportStyle,
): Promise<{ png: string; svg: string } | undefined> {
  const names = pictureNames(id, style);
  const [png, svg] = [join(folder, names.png), join(folder, names.svg)];
  if ('picture' in drawn) {
    await Promise.all([replaceFile(png, drawn.picture.png), replaceFile(svg, drawn.picture.svg)]);
    return { png, svg };
  }
  await Promise.all([rm(png, { force: true }), rm(svg, { force: true })]);
  return undefined;
}

/** A loader's error names every place that it has tried; the innermost cause is what the system said. */
function firstLine(error: unknown): string {
  if (error instanceof Error && error.cause !== undefined) return firstLine(error.cause);
  return messageOf(error).split('\n')[0] ?? '';
}
