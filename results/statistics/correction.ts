/**
 * p values corrected for having been many (S. Holm, "A Simple Sequentially Rejective Multiple Test Procedure",
 * Scandinavian Journal of Statistics 6, 1979): whoever calls those ≤ alpha real is wrong about any of them with
 * probability alpha at most, however the tests depend on each other. In the order in which they were given.
 */
export function holm(ps: readonly number[]): number[] {
  const ascending = ps.map((p, index) => ({ p, index })).sort((a, b) => a.p - b.p);
  const corrected = new Array<number>(ps.length).fill(1);
  let least = 0;
  ascending.forEach(({ p, index }, smaller) => {
    // Never below that of a smaller p, never above 1.
    least = Math.max(least, Math.min(1, (ps.length - smaller) * p));
    corrected[index] = least;
  });
  return corrected;
}
