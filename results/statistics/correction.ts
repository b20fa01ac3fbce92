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

/**
 * The largest p that counts as beyond chance among `ps`, or the largest that would if there were one: where those up to it
 * are called real, at most the share `alpha` of them is expected not to be (Y. Benjamini and Y. Hochberg, "Controlling the
 * False Discovery Rate", Journal of the Royal Statistical Society B 57, 1995).
 */
export function falseDiscoveryLevel(ps: readonly number[], alpha: number): number {
  const ascending = [...ps].sort((a, b) => a - b);
  const found = ascending.reduce(
    (most, p, index) => (p <= (alpha * (index + 1)) / ps.length ? index + 1 : most),
    0,
  );
  return (alpha * Math.max(1, found)) / Math.max(1, ps.length);
}
