/**
 * Whether the largest of some positive figures, one for each runtime, is more than `times` the smallest: then they need
 * a logarithmic axis, because on a linear one the smaller is a line on the floor.
 */
export function isFarApart(figures: readonly number[], times: number): boolean {
  const positive = figures.filter((figure) => figure > 0);
  return positive.length > 1 && Math.max(...positive) / Math.min(...positive) > times;
}

/** The height of a panel of half the page's width, whose legend has a line for each runtime. */
export function panelHeight(runtimes: number): number {
  return 256 + Math.max(2, runtimes) * 24;
}

/** Panels of what is at most so many times apart have one scale, so that their bars compare. */
const ONE_SCALE = 5;

/**
 * The scale of each panel: the largest of all where the panels' own ends lie near each other, else its own; and what to
 * say.
 */
export function scalesOf(ends: readonly number[]): { ends: number[]; note: string } {
  if (ends.length < 2 || isFarApart(ends, ONE_SCALE))
    return { ends: [...ends], note: ends.length < 2 ? '' : ' Each panel has its own scale.' };
  return { ends: ends.map(() => Math.max(...ends)), note: ' All panels have one scale.' };
}
