/**
 * Calls `work` for each item, at most `atOnce` at a time, in the order of the items. After a failure nothing more is
 * begun; rejects with it when what is under way has ended.
 */
export async function eachAtOnce<T>(
  items: Iterable<T>,
  atOnce: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const left = items[Symbol.iterator]();
  let failed = false;
  const take = async (): Promise<void> => {
    for (let next = left.next(); next.done !== true && !failed; next = left.next()) {
      await work(next.value).catch((error: unknown) => {
        failed = true;
        throw error;
      });
    }
  };
  const outcomes = await Promise.allSettled(Array.from({ length: atOnce }, take));
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
}
