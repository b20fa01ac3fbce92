/**
 * p values corrected for their number, in the order of `ps` (S. Holm, "A Simple Sequentially Rejective Multiple Test
 * Procedure", Scandinavian Journal of Statistics 6, 1979). Where those ≤ alpha are called real, the probability that
 * any of them is not is alpha at most, however the tests depend on each other.
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
 * The level for one p of many: where those up to it are called real, the share of them that is not is expected to be
 * `alpha` at most (Y. Benjamini and Y. Hochberg, "Controlling the False Discovery Rate", Journal of the Royal
 * Statistical Society B 57, 1995). Where none is, it is the level that the least p would have to reach.
 */
export function falseDiscoveryLevel(ps: readonly number[], alpha: number): number {
  const ascending = [...ps].sort((a, b) => a - b);
  const found = ascending.reduce(
    (most, p, index) => (p <= (alpha * (index + 1)) / ps.length ? index + 1 : most),
    0,
  );
  return (alpha * Math.max(1, found)) / Math.max(1, ps.length);
}
