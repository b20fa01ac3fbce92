/** A promise with its ends outside (what Node 22 has as Promise.withResolvers). */
export interface Deferred<T> {
  readonly promise: Promise<T>;
  resolve(value: T): void;
  reject(error: unknown): void;
}

export function createDeferred<T>(): Deferred<T> {
  let ends: Pick<Deferred<T>, 'resolve' | 'reject'> | undefined;
  const promise = new Promise<T>((resolve, reject) => {
    ends = { resolve, reject };
  });
  // The executor has run by now: Promise calls it before its constructor returns.
  return { promise, ...(ends as Pick<Deferred<T>, 'resolve' | 'reject'>) };
}
