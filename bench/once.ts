/** Does the work when it is first asked for; everybody gets the same outcome, a failure too. */
export function once<T>(work: () => Promise<T>): () => Promise<T> {
  let outcome: Promise<T> | undefined;
  return () => (outcome ??= work());
}
