/** What a guest's console says of a boot or a shutdown that does not come to its end. Untrusted text, for people. */

/**
 * systemd's word of what it waits for, once that has taken some seconds (systemd(1), manager_print_jobs_in_progress).
 */
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

export function lastTargetIn(tail: readonly string[]): string | undefined {
  return tail.flatMap((line) => REACHED.exec(line)?.[1] ?? []).at(-1);
}

/** systemd's status lines of what did not come up (`unit_start_job_failure`, src/core/job.c). */
const FAILURE = /^\[\s?(?:FAILED|TIME)\s?\] (Failed to .+?|Timed out .+?)\.\s*$/;
const MOST_FAILURES = 3;

/**
 * What the service manager said last of units that failed to come up, at most three: "Failed to mount srv.mount -
 * /srv".
 */
export function failuresIn(tail: readonly string[]): string[] {
  const failures = tail.flatMap((line) => FAILURE.exec(line)?.[1] ?? []);
  return [...new Set(failures)].slice(-MOST_FAILURES);
}

/** Whether the distribution went down in order to start again: systemd's last target, or the kernel's last word. */
export function isRestartIn(tail: readonly string[]): boolean {
  return tail.some((line) =>
    /Reached target (?:reboot\.target|System Reboot|Reboot)|reboot: Restarting system/.test(line),
  );
}

const BEGUN = /^\s*(?:Starting|Mounting|Activating swap) (.+?)\.\.\.$/;
const OVER =
  /^\[[^\]]*\]\s+(?:Started|Finished|Mounted|Activated swap|Failed to (?:start|mount|activate swap)|Timed out starting|Stopped|Dependency failed for) (.+?)\.$/;
/** Bound on the memory that a guest can take by beginning many. */
const MOST_BEGUN = 500;

/**
 * The units whose start has begun and is not over, by systemd's status lines: it names none of them by itself while a
 * getty has the console.
 */
export function trackStarts(): { take(line: string): void; begun(): string[] } {
  const begun = new Map<string, string>();
  return {
    take(line) {
      const started = BEGUN.exec(line)?.[1];
      if (started !== undefined && begun.size < MOST_BEGUN) begun.set(keyOf(started), started);
      const over = OVER.exec(line)?.[1];
      if (over === undefined) return;
      const key = keyOf(over);
      // Else a line without a name would be the end of every start.
      if (key === '') return;
      for (const other of begun.keys())
        if (other.startsWith(key) || key.startsWith(other)) begun.delete(other);
    },
    begun: () => [...begun.values()],
  };
}

/** The unit's name, as far as the line has it: a long line is shortened in its middle, each at another place. */
function keyOf(words: string): string {
  return words.split(/ - |…/)[0] ?? words;
}
