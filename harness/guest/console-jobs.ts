/** What a guest's console says of a boot or a shutdown that does not come to its end. Untrusted text, for people. */

/** systemd's word of what it waits for, once that has taken some seconds (systemd(1), manager_print_jobs_in_progress). */
const RUNNING_JOB = /A (?:start|stop) job is running for (.+?) \([^()]*\)\s*$/;
const REACHED = /Reached target (.+?)\.?\s*$/;

/**
 * The units that jobs were last running for; where there are several, systemd names them in turn. Empty where it waited
 * for none.
 */
export function waitedForIn(tail: readonly string[]): string[] {
  const names = tail.flatMap((line) => RUNNING_JOB.exec(line)?.[1] ?? []);
  return [...new Set(names)];
}

/** The target that was reached last. */
export function lastTargetIn(tail: readonly string[]): string | undefined {
  return tail.flatMap((line) => REACHED.exec(line)?.[1] ?? []).at(-1);
}

/** Whether the distribution went down in order to start again: systemd's last target, or the kernel's last word. */
export function isRestartIn(tail: readonly string[]): boolean {
  return tail.some((line) =>
    /Reached target (?:reboot\.target|System Reboot|Reboot)|reboot: Restarting system/.test(line),
  );
}
