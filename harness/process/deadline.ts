/**
 * The promise's own outcome, or the error that `late` makes when it has not settled within `deadlineMs`.
 * The promise is left alone when the deadline passes: whoever started the work ends it.
 */
export async function withDeadline<T>(
  promise: Promise<T>,
  deadlineMs: number,
  late: () => Error,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(late()), deadlineMs);
  });
  try {
    return await Promise.race([promise, deadline]);
  } finally {
    clearTimeout(timer);
  }
}
