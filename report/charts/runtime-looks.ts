import type { RuntimeView } from '../../results/tables/runtimes.ts';
import type { JsonObject } from './spec.ts';

const pointStyles = {
  container: ['circle', 'triangle', 'rect'],
  vm: ['rectRot', 'crossRot', 'star'],
} as const;

const COLORS_PER_KIND = 3;

/** The name of its colour: `container0`, `vm1`. */
export function colorOf({ kind, place }: RuntimeView): string {
  return `${kind}${place % COLORS_PER_KIND}`;
}

/**
 * How each runtime's points and lines look, in their order. No two of nine of a kind have both colour and shape in
 * common, so that points which hide each other are told apart; those that have to share a colour differ in dashes too.
 */
export function looksOf(runtimes: readonly RuntimeView[]): JsonObject[] {
  const colors = runtimes.map(colorOf);
  return runtimes.map(({ kind, place }, index) => {
    const color = colors[index] ?? '';
    const before = colors.slice(0, index).filter((other) => other === color).length;
    const styles = pointStyles[kind];
    return {
      borderColor: `@${color}`,
      backgroundColor: `@${color}`,
      borderWidth: 1.5,
      borderDash: before === 0 ? [] : [2 + 3 * before, 3],
      pointStyle: styles[(place + Math.floor(place / COLORS_PER_KIND)) % styles.length] ?? 'circle',
      pointRadius: 4,
      pointHoverRadius: 6,
    };
  });
}
