import { errnoOf } from '../../core/error.ts';

/**
 * A reading of an instance of a fleet; `undefined` where its control group is gone, since the instance has ended: the
 * fleet knows that it is lost, and the reading of the others goes on. ENODEV: the file was open when its group went.
 * Any other failure is passed on.
 */
export async function whileAlive<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (['ENOENT', 'ENODEV'].includes(errnoOf(error) ?? '')) return undefined;
    throw error;
  }
}
