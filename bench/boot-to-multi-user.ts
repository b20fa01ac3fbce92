import { runError } from '../core/error.ts';
import type { Console } from '../harness/guest/console.ts';
import type { Clock } from '../core/clock.ts';
import { withDeadline } from '../harness/process/deadline.ts';
import { BOOT_TIMEOUT, untilAborted, whenEnded } from '../harness/runtimes/ready.ts';
import type { BootRequest, PreparedRuntime } from '../harness/runtimes/runtime.ts';

const DEADLINE_MS = 180_000;
const POLL_MS = 100;

/** What getty writes above its prompt (issue(5)): `Debian GNU/Linux 13 twinboot pts/0`. */
const ISSUE = / (?:pts\/\d+|tty\w+)$/;

/**
 * Boots until the console says that multi-user is reached, asks no agent, and kills the instance. Returns the line's
 * arrival in ms since t0, or `undefined` where the line was lost: the getty that takes the console over hangs it up and
 * flushes it. Errors: `boot-timeout` and `guest-ended-early` with the console's last lines, and `interrupted`.
 */
export async function bootToMultiUser(
  runtime: PreparedRuntime,
  request: BootRequest,
  signal: AbortSignal,
): Promise<number | undefined> {
  const instance = await runtime.start(request);
  const { console, clock } = instance;
  const over = new AbortController();
  try {
    const early = whenEnded(instance, 'before it reached multi-user');
    const seen = Promise.race([console.seen('multi-user'), untilPrompt(console, clock, over.signal), early]);
    await withDeadline(untilAborted(seen, signal), DEADLINE_MS, () =>
      runError(BOOT_TIMEOUT, `multi-user was not reached within ${DEADLINE_MS / 1000} s`, {
        consoleTail: console.tail(),
      }),
    );
    return console.arrivedMs('multi-user');
  } finally {
    over.abort();
    await instance.kill();
  }
}

/** Until getty asks for a login: a second after it started, long after the boot said that multi-user is reached. */
async function untilPrompt(console: Console, clock: Clock, over: AbortSignal): Promise<void> {
  while (!over.aborted && !console.tail().some((line) => ISSUE.test(line))) await clock.sleep(POLL_MS);
}
