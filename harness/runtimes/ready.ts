import { messageOf, runError, TwinbootError } from '../../core/error.ts';
import { formatSome } from '../../core/words.ts';
import type { Ready } from '../guest/agent.ts';
import { failuresIn, isRestartIn, lastTargetIn, waitedForIn } from '../guest/console-jobs.ts';
import type { Console, Mark } from '../guest/console.ts';
import { quote } from '../../core/text.ts';
import { withDeadline } from '../process/deadline.ts';
import type { Instance } from './runtime.ts';

/** READY, or the reason why it will not come: each way a boot can go wrong ends here, with the console's last lines. */
export async function untilReady(
  instance: Instance,
  deadlineMs: number,
  signal: AbortSignal,
): Promise<Ready> {
  const { agent, console } = instance;
  const early = whenEnded(instance, 'before it was ready');
  const outcome = Promise.race([agent.ready, early, ...troublesOf(instance).map(whenTrouble(instance))]);
  return withDeadline(untilAborted(outcome, signal), deadlineMs, () =>
    runError(
      BOOT_TIMEOUT,
      `the instance was not ready within ${deadlineMs / 1000} s${whatHolds(console)}${killedText(instance)}${insteadOfReady(agent.before)}`,
      { hint: 'a longer deadline: --timeout', consoleTail: console.tail() },
    ),
  );
}

/** Words on the console after which READY does not come. */
interface Trouble {
  mark: Mark;
  code: string;
  message: string;
  hint: string;
}

const READ_CONSOLE = 'its console says why';

const PANIC: Trouble = {
  mark: 'panic',
  code: 'kernel-panic',
  message: 'the guest’s kernel panicked before it was ready',
  hint: READ_CONSOLE,
};
const EMERGENCY: Trouble = {
  mark: 'emergency',
  code: 'emergency-mode',
  message: 'the boot ended in emergency or rescue mode',
  hint: READ_CONSOLE,
};

const STOPPED: Trouble = {
  mark: 'kvm-error',
  code: 'kvm-stopped',
  message: 'KVM stopped the machine before it was ready: KVM internal error',
  hint: 'the host’s kernel log may say why; accel=tcg boots without KVM',
};

/** A container has no kernel of its own, and no machine: whoever writes of them there is another. */
function troublesOf({ kind }: Instance): Trouble[] {
  return kind === 'vm' ? [PANIC, STOPPED, EMERGENCY] : [EMERGENCY];
}

/** Any service may write such words; a guest that means them says nothing more. */
const GRACE_MS = 2000;

function whenTrouble({ clock, console }: Instance) {
  return async ({ mark, code, message, hint }: Trouble): Promise<never> => {
    await console.seen(mark);
    await clock.sleep(GRACE_MS);
    const failures = failuresIn(console.tail());
    const why = failures.length === 0 ? '' : `: ${failures.join('; ')}`;
    throw runError(code, `${message}${why}`, { hint, consoleTail: console.tail() });
  };
}

function whatHolds(console: Console): string {
  const tail = console.tail();
  const starts = console.welcomes();
  if (starts > 1) return `; its distribution started ${starts} times`;
  const named = waitedForIn(tail);
  const waited = named.length > 0 ? named : console.starting();
  if (waited.length > 0) return `; its boot waits for ${formatSome(waited)}`;
  const target = lastTargetIn(tail);
  return target === undefined ? '' : `; the last target that it reached is ${target}`;
}

function insteadOfReady([first]: readonly string[]): string {
  return first === undefined ? '' : `; the agent’s port carried ${quote(first)} instead of READY`;
}

export const BOOT_TIMEOUT = 'boot-timeout';
export const ENDED_EARLY = 'guest-ended-early';

/** Rejects when the instance has ended, with how and with its last words. */
export function whenEnded(instance: Instance, when: string): Promise<never> {
  const { console, exited } = instance;
  const ended = exited.then((exit) => {
    if (exit.endedBecause !== undefined) throw exit.endedBecause;
    const how = exit.signal ?? `exit ${exit.exitCode ?? '?'}`;
    const trouble = troublesOf(instance).find(({ mark }) => console.arrivedMs(mark) !== undefined);
    const what = isRestartIn(console.tail()) ? 'went down to start itself anew' : 'ended';
    const killed = killedText(instance);
    const said = trouble ?? {
      code: ENDED_EARLY,
      message: `the instance ${what} after ${Math.round(exit.atMs)} ms, ${when} (${how})${killed}`,
      hint: READ_CONSOLE,
    };
    throw runError(said.code, said.message, { hint: said.hint, consoleTail: console.tail() });
  });
  // Every instance ends one day; whether that is too early is for those who race against it.
  ended.catch(() => undefined);
  return ended;
}

/**
 * What the kernel killed at the memory limit, by its own choice among the processes; `undefined` where it killed none.
 * Seen from the host: what a VM's kernel kills inside is told by its console.
 */
export function killedAtLimit({ meters }: Pick<Instance, 'meters'>): string | undefined {
  const count = meters.oomKills() ?? 0;
  const processes = count === 1 ? '1 process' : `${count} processes`;
  return count === 0 ? undefined : `the kernel killed ${processes} at the memory limit`;
}

function killedText(instance: Instance): string {
  const killed = killedAtLimit(instance);
  return killed === undefined ? '' : `; ${killed}`;
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
