import { runError } from '../core/error.ts';
import { withDeadline } from '../harness/process/deadline.ts';
import type { BootRequest, PreparedRuntime } from '../harness/runtimes/runtime.ts';

const DEADLINE_MS = 180_000;

/**
 * Boots until the console says that multi-user is reached, without a word to any agent, and kills the instance. Returns
 * the line's arrival in ms since t0. Errors: `boot-timeout`, `guest-ended-early`, each with the console's last lines.
 */
export async function bootToMultiUser(
  runtime: PreparedRuntime,
  request: BootRequest,
  signal: AbortSignal,
): Promise<number> {
  const instance = await runtime.start(request);
  const { console, exited } = instance;
  const fail = (code: string, message: string): Error =>
    runError(code, `${runtime.description.id}: ${message}`, { consoleTail: console.tail() });
  const kill = (): void => void instance.kill().catch(() => undefined);
  try {
    const early = exited.then(() => {
      throw fail('guest-ended-early', 'the instance ended before it reached multi-user');
    });
    // An interrupt kills the instance, and the boot ends early for it.
    signal.addEventListener('abort', kill, { once: true });
    signal.throwIfAborted();
    await withDeadline(Promise.race([console.seen('multi-user'), early]), DEADLINE_MS, () =>
      fail('boot-timeout', `multi-user was not reached within ${DEADLINE_MS / 1000} s`),
    );
    const arrivedMs = console.arrivedMs('multi-user');
    if (arrivedMs === undefined) throw new Error('the mark was seen and has no time');
    return arrivedMs;
  } finally {
    signal.removeEventListener('abort', kill);
    await instance.kill();
  }
}
