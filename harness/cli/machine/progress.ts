import { formatMs } from '../../../core/units.ts';
import type { Sample } from '../../../results/record.ts';
import type { PlannedBoot } from '../../schedule/order.ts';
import type { RunListener } from '../../schedule/request.ts';
import type { Io } from '../io.ts';

/**
 * Tells how the run goes on: a status line that is redrawn on a terminal, plain lines elsewhere. It writes between
 * measurements only, when a boot begins and when it has ended: a spinner would take CPU time from what is measured.
 */
export function createProgress(io: Io): RunListener {
  const startedMs = performance.now();
  const wallMs = new Map<string, number[]>();
  let bootStartedMs = 0;
  let remaining: PlannedBoot[] = [];

  return {
    note: (message) => io.note(message),
    status: (message) => io.status(message),
    plan: (boots) => (remaining = [...boots]),
    bootBegins(boot, done, total) {
      bootStartedMs = performance.now();
      const left = timeLeftMs(remaining, wallMs);
      const words = `[${done + 1}/${total}] ${roundOf(boot)}: ${boot.runtime} boots`;
      const status = left === undefined ? words : `${words} · about ${formatSpan(left)} left`;
      io.status(status);
    },
    bootEnds(boot, samples, { failures }) {
      const tookMs = performance.now() - bootStartedMs;
      wallMs.set(boot.runtime, [...(wallMs.get(boot.runtime) ?? []), tookMs]);
      remaining = remaining.slice(1);
      const failed = samples.find((sample) => sample.outcome !== 'ok');
      const seconds = `${formatSpan(performance.now() - startedMs)} in`;
      if (failed?.error !== undefined)
        io.note(`✗ ${roundOf(boot)}: ${boot.runtime}: ${failed.error.message}`);
      else
        io.note(
          `✓ ${roundOf(boot)}: ${boot.runtime}${readyWords(samples)} · boot cycle ${formatMs(tookMs)} · ${seconds}`,
        );
      if (failed !== undefined) return;
      for (const [name, { message }] of failures) io.note(`  without ${name}: ${message}`);
    },
  };
}

function roundOf(boot: PlannedBoot): string {
  return boot.phase === 'warmup' ? `warm-up ${boot.round}` : `round ${boot.round}`;
}

function readyWords(samples: readonly Sample[]): string {
  const ready = samples.flatMap(({ values }) => values).find(({ metric }) => metric === 'startup.ready');
  if (ready !== undefined) return ` ready after ${formatMs(ready.value)}`;
  const missing = samples
    .flatMap((sample) => sample.missing)
    .find(({ metric }) => metric === 'startup.ready');
  return missing === undefined ? '' : ` without a time of being ready: ${missing.reason}`;
}

/** From the boots so far, runtime by runtime; unknown until each runtime that is left has booted once. */
function timeLeftMs(
  remaining: readonly PlannedBoot[],
  wallMs: ReadonlyMap<string, number[]>,
): number | undefined {
  let total = 0;
  for (const boot of remaining) {
    const past = wallMs.get(boot.runtime);
    if (past === undefined) return undefined;
    total += past.reduce((sum, ms) => sum + ms, 0) / past.length;
  }
  return total;
}

function formatSpan(ms: number): string {
  const seconds = Math.round(ms / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
