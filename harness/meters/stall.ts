const TICK_MS = 100;

export interface StallWatch {
  /** The longest time, ms, in which it did not run beyond what a tick takes. */
  longestMs(): number;
  end(): void;
}

/**
 * Whoever does not run stamps nothing: a process that is stopped (SIGSTOP), a host that sleeps, CPUs that others took.
 * The time between two ticks tells, by the monotonic clock, and by the wall clock for sleep, in which the former stands
 * still (clock_gettime(2)); a step of the wall clock counts as sleep.
 */
export function watchStalls(): StallWatch {
  let longestMs = 0;
  let last = now();
  const look = (): void => {
    const next = now();
    const passedMs = Math.max(next.monotonicMs - last.monotonicMs, next.wallMs - last.wallMs);
    longestMs = Math.max(longestMs, passedMs - TICK_MS);
    last = next;
  };
  const timer = setInterval(look, TICK_MS);
  timer.unref();
  return {
    longestMs() {
      look();
      return longestMs;
    },
    end: () => clearInterval(timer),
  };
}

function now(): { monotonicMs: number; wallMs: number } {
  return { monotonicMs: performance.now(), wallMs: Date.now() };
}
