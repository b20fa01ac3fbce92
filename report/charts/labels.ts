import { markText, markTexts, together, type Marked } from '../../results/marks.ts';
import { shortName, type RuntimeView } from '../../results/tables/runtimes.ts';

/** The lines that stand before a runtime's bar: its name and its total. */
export function barLines(runtime: RuntimeView, total: string): string[] {
  return [shortName(runtime), total];
}

/** `{ mark }` where there is one, for spreading. */
export function withMark(mark: string | undefined): { mark?: string } {
  return mark === undefined ? {} : { mark };
}

/** The mark of a caption over figures of which the emulated ones have their star. */
export function captionMark(figures: readonly Marked[]): string | undefined {
  const all = together(figures);
  const whose = figures.every(({ emulated }) => emulated) ? '' : 'those with * ';
  const texts = [
    ...(all.emulated ? [`${whose}${markText('emulated')}`] : []),
    ...markTexts({ ...all, emulated: false }),
  ];
  return texts.length === 0 ? undefined : texts.join('; ');
}

/** An id as a file name: a record may come from anywhere. */
export function figureId(...words: string[]): string {
  return words
    .join('-')
    .replaceAll(/[^A-Za-z0-9]+/g, '-')
    .slice(0, 80);
}
