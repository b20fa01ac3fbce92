import { usageError } from '../core/error.ts';
import { formatList } from '../core/words.ts';
import type { Theme } from './drawing.ts';

/** How a picture looks; the figure in it is the same. */
export interface PictureStyle {
  width: PictureWidth;
  theme: Theme;
  /** Pixels of the PNG per CSS pixel; an SVG has none. */
  scale: 1 | 2;
}

export type PictureWidth = keyof typeof pictureWidths;

const MM_PER_INCH = 25.4;
const CSS_PX_PER_INCH = 96;

/** A picture of this many millimetres; its text is as large as on the page, 9 pt. */
const columnWidth = (mm: number): { px: number; mm: number } => ({
  px: Math.round((mm / MM_PER_INCH) * CSS_PX_PER_INCH),
  mm,
});

/**
 * `px`: CSS pixels. `page`: on its own, with title and caption around it. `single` and `double`: one column of an
 * article and two, where the article sets both.
 */
export const pictureWidths: Readonly<Record<'page' | 'single' | 'double', { px: number; mm?: number }>> = {
  page: { px: 960 },
  single: columnWidth(85),
  double: columnWidth(178),
};

/** That of a report's own pictures: sharp on paper and on dense screens. */
export const reportStyle: PictureStyle = { width: 'page', theme: 'light', scale: 2 };

const choices = {
  width: Object.keys(pictureWidths),
  theme: ['light', 'dark'],
  scale: ['1', '2'],
} as const;

/** `width=page|single|double,theme=light|dark,scale=1|2` */
export const STYLE_FORM = Object.entries(choices)
  .map(([key, words]) => `${key}=${words.join('|')}`)
  .join(',');

/**
 * `width=single,theme=dark` as a style; what is not named is as in the report's own pictures. Errors: `bad-chart-style`
 * (usage) for what it does not know or is told twice, with what it knows.
 */
export function parsePictureStyle(text: string): PictureStyle {
  const told = new Map<string, string>();
  for (const part of text.split(',')) {
    const equals = part.indexOf('=');
    const [key, value] = equals === -1 ? [part, ''] : [part.slice(0, equals), part.slice(equals + 1)];
    if (!isKey(key)) throw unknownStyle(`--charts does not know "${part}"`);
    if (told.has(key)) throw unknownStyle(`--charts has ${key} twice: "${text}"`);
    const known: readonly string[] = choices[key];
    if (!known.includes(value))
      throw unknownStyle(`${key} of --charts is ${formatList(known)}, not "${value}"`);
    told.set(key, value);
  }
  return {
    width: (told.get('width') as PictureWidth | undefined) ?? reportStyle.width,
    theme: (told.get('theme') as Theme | undefined) ?? reportStyle.theme,
    scale: told.get('scale') === '1' ? 1 : reportStyle.scale,
  };
}

const isKey = (key: string): key is keyof typeof choices => Object.hasOwn(choices, key);

const unknownStyle = (message: string): Error => usageError('bad-chart-style', message, { hint: STYLE_FORM });

/**
 * The names of a figure's files: `startup-ladder.png` of the report's own, `startup-ladder-single-dark-1x.png` of
 * others, which no id of a figure ends like. Pictures that differ in scale alone share an SVG.
 */
export function pictureNames(id: string, style: PictureStyle): { png: string; svg: string } {
  const { width, theme, scale } = style;
  const isOwn = width === reportStyle.width && theme === reportStyle.theme && scale === reportStyle.scale;
  if (isOwn) return { png: `${id}.png`, svg: `${id}.svg` };
  return { png: `${id}-${width}-${theme}-${scale}x.png`, svg: `${id}-${width}-${theme}.svg` };
}
