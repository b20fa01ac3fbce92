import { messageOf, runError, TwinbootError } from '../../core/error.ts';
import type { Ready } from '../guest/agent.ts';
import { quote } from '../guest/protocol.ts';
import { withDeadline } from '../process/deadline.ts';
import type { Instance } from './runtime.ts';

/** READY, or the reason why it will not come: each way a boot can go wrong ends here, with the console's last lines. */
export async function untilReady(
  instance: Instance,
  deadlineMs: number,
  signal: AbortSignal,
): Promise<Ready> {
  const { agent, console } = instance;
  const fail = (code: string, message: string, hint: string): TwinbootError =>
    runError(code, message, { hint, consoleTail: console.tail() });
  const panic = console.seen('panic').then(() => {
    throw fail('kernel-panic', 'the guest’s kernel panicked before it was ready', 'its console says why');
  });
  const early = whenEnded(instance, 'before it was ready');
  const outcome = Promise.race([agent.ready, early, panic]);
  return withDeadline(untilAborted(outcome, signal), deadlineMs, () =>
    fail(
      BOOT_TIMEOUT,
      `the instance was not ready within ${deadlineMs / 1000} s${insteadOfReady(agent.before)}`,
      'a longer deadline: --timeout',
    ),
  );
}

function insteadOfReady([first]: readonly string[]): string {
  return first === undefined ? '' : `; the agent’s port carried ${quote(first)} instead of READY`;
}

export const BOOT_TIMEOUT = 'boot-timeout';
export const ENDED_EARLY = 'guest-ended-early';

/** Rejects when the instance has ended, with how and with its last words. */
export function whenEnded({ console, exited }: Instance, when: string): Promise<never> {
  const ended = exited.then((exit) => {
    const how = exit.signal ?? `exit ${exit.exitCode ?? '?'}`;
    throw runError(ENDED_EARLY, `the instance ended after ${Math.round(exit.atMs)} ms, ${when} (${how})`, {
      hint: 'its console says why',
      consoleTail: console.tail(),
    });
  });
  // Every instance ends one day; whether that is too early is for those who race against it.
  ended.catch(() => undefined);
  return ended;
}

/** Takes charge of the promise even where the signal was aborted before: a later rejection is nobody's surprise. */
export async function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  let onAbort: (() => void) | undefined;
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(interrupted());
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
  });
  try {
    return await Promise.race([aborted, promise]);
  } finally {
    if (onAbort !== undefined) signal.removeEventListener('abort', onAbort);
  }
}

export function interrupted(): TwinbootError {
  return runError('interrupted', 'the run was interrupted');
}

export function asTwinbootError(error: unknown): TwinbootError {
  return error instanceof TwinbootError ? error : runError('unexpected', messageOf(error), { cause: error });
}
