/** The items in groups with the same key, both in the order in which they come. */
export function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return [...groups.values()];
}

/** An entry of a map, or none where there is no value: for `flatMap`. */
export function pairUp<K, V>(key: K, value: V | undefined): [K, V][] {
  return value === undefined ? [] : [[key, value]];
}

/** The first of the most frequent items, and how often it is there; `undefined` for none. `keyOf`: what is the same. */
export function mostFrequent<T>(
  items: readonly T[],
  keyOf: (item: T) => string,
): { value: T; count: number } | undefined {
  const [most = []] = groupBy(items, keyOf).sort((a, b) => b.length - a.length);
  const [value] = most;
  return value === undefined ? undefined : { value, count: most.length };
}
