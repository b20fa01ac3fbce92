import { takeRunLock } from '../harness/process/run-lock.ts';

/** Does the work while no `twinboot run` measures on this host, and lets none begin. Errors: `host-busy`. */
export async function alone<T>(purpose: string, work: () => Promise<T>): Promise<T> {
  const release = takeRunLock(purpose);
  try {
    return await work();
  } finally {
    release();
  }
}
