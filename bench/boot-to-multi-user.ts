import { runError } from '../core/error.ts';
import type { Console } from '../harness/guest/console.ts';
import type { Clock } from '../core/clock.ts';
import { withDeadline } from '../harness/process/deadline.ts';
import type { BootRequest, PreparedRuntime } from '../harness/runtimes/runtime.ts';

const DEADLINE_MS = 180_000;
const POLL_MS = 100;

/** What getty writes above its prompt (issue(5)): `Debian GNU/Linux 13 twinboot pts/0`. */
const ISSUE = / (?:pts\/\d+|tty\w+)$/;

/**
 * Boots until the console says that multi-user is reached, without a word to any agent, and kills the instance. Returns
 * the line's arrival in ms since t0, or `undefined` where the line was lost: the getty that takes the console over hangs
 * it up and flushes it, and what PID 1 writes in that moment nobody reads. Errors: `boot-timeout`, `guest-ended-early`
 * (also after an interrupt), each with the console's last lines.
 */
export async function bootToMultiUser(
  runtime: PreparedRuntime,
  request: BootRequest,
  signal: AbortSignal,
): Promise<number | undefined> {
  const instance = await runtime.start(request);
  const { console, exited, clock } = instance;
  const fail = (code: string, message: string): Error =>
    runError(code, `${runtime.description.id}: ${message}`, { consoleTail: console.tail() });
  // An interrupt kills the instance, and the boot ends early for it.
  const kill = (): void => void instance.kill().catch(() => undefined);
  const over = new AbortController();
  try {
    signal.addEventListener('abort', kill, { once: true });
    signal.throwIfAborted();
    const early = exited.then(() => {
      throw fail('guest-ended-early', 'the instance ended before it reached multi-user');
    });
    const seen = Promise.race([console.seen('multi-user'), untilPrompt(console, clock, over.signal), early]);
    await withDeadline(seen, DEADLINE_MS, () =>
      fail('boot-timeout', `multi-user was not reached within ${DEADLINE_MS / 1000} s`),
    );
    return console.arrivedMs('multi-user');
  } finally {
    over.abort();
    signal.removeEventListener('abort', kill);
    await instance.kill();
  }
}

/** Until getty asks for a login: a second after it started, long after the boot said that multi-user is reached. */
async function untilPrompt(console: Console, clock: Clock, over: AbortSignal): Promise<void> {
  while (!over.aborted && !console.tail().some((line) => ISSUE.test(line))) await clock.sleep(POLL_MS);
}
