import { join } from 'node:path';
import { plainLine } from '../../core/text.ts';
import { formatMs, MIB } from '../../core/units.ts';
import type { Trial } from '../../results/fleet/minimum-memory.ts';
import type { RuntimeKind } from '../../results/record.ts';
import { nsToMs } from '../../core/clock.ts';
import { asTwinbootError, BOOT_TIMEOUT, interrupted, killedAtLimit, untilReady } from '../runtimes/ready.ts';
import type { Instance } from '../runtimes/runtime.ts';
import type { MinimumMemoryReading } from '../contract/fleet-readings.ts';
import type { Survey, SurveyContext } from './survey.ts';

/** So many boots at most, whatever the memory of the run: from 64 GiB down to 5 % it takes nine. */
const MOST_TRIALS = 10;
/** Too small for any distribution: it is never tried. */
const FLOOR_BYTES: Record<RuntimeKind, number> = { container: 4 * MIB, vm: 32 * MIB };
const RESOLUTION_BYTES = 2 * MIB;
const RESOLUTION = 0.05;
/** What gets ready at last, after minutes of reclaiming its own pages, is of no use. */
const SLOWER_AT_MOST = 3;
const ALWAYS_GRANTED_MS = 10_000;

/** Boots with the memory of the run, and then with ever closer bounds of what is enough. */
export const minimumMemorySurvey: Survey<MinimumMemoryReading> = {
  async take(context, grown) {
    const reading: MinimumMemoryReading = {
      trials: [],
      deadlineMs: context.readyDeadlineMs,
      resolutionBytes: resolutionAt(context.runtime.memoryBytes),
      smallestBytes: undefined,
    };
    let tooSmallBytes = FLOOR_BYTES[context.runtime.description.kind];
    for (
      let next: number | undefined = context.runtime.memoryBytes;
      next !== undefined && reading.trials.length < MOST_TRIALS;
      next = nextSize(tooSmallBytes, reading.smallestBytes)
    ) {
      context.status(`trying ${sizeText(next)}`);
      const trial = await attempt(context, reading, next);
      reading.trials.push(trial);
      if (trial.outcome === 'ready') {
        if (reading.trials.length === 1) reading.deadlineMs = deadlineAfter(trial, context.readyDeadlineMs);
        reading.smallestBytes = next;
        reading.resolutionBytes = resolutionAt(next);
      } else tooSmallBytes = next;
      context.note(trialText(trial));
      await grown(reading);
    }
    return reading;
  },
};

/**
 * The geometric middle between what is too small and what is enough, in whole MiB. `undefined` where they are close
 * enough together, or nothing is known to be enough.
 */
export function nextSize(tooSmallBytes: number, enoughBytes: number | undefined): number | undefined {
  if (enoughBytes === undefined || enoughBytes - tooSmallBytes <= resolutionAt(enoughBytes)) return undefined;
  return Math.round(Math.sqrt(tooSmallBytes * enoughBytes) / MIB) * MIB;
}

function resolutionAt(bytes: number): number {
  return Math.max(RESOLUTION_BYTES, bytes * RESOLUTION);
}

/** In whole seconds, by the boot with the memory of the run, and never beyond the run's own deadline. */
export function deadlineAfter({ readyMs }: Pick<Trial, 'readyMs'>, mostMs: number): number {
  if (readyMs === undefined) return mostMs;
  const grantedMs = Math.max(SLOWER_AT_MOST * readyMs, ALWAYS_GRANTED_MS);
  return Math.min(Math.ceil(grantedMs / 1000) * 1000, mostMs);
}

/** One boot with so much memory, killed as soon as it is ready or will not be. Throws where the run was interrupted. */
async function attempt(
  { host, runtime, surveyId, consoleFolder }: SurveyContext,
  { trials, deadlineMs }: MinimumMemoryReading,
  memoryBytes: number,
): Promise<Trial> {
  host.signal.throwIfAborted();
  const bootId = `${surveyId}-${trials.length + 1}`;
  const consoleLog = join(consoleFolder, `${bootId}-${runtime.description.runtime}.log`);
  const tooSlow = `not ready within ${deadlineMs / 1000} s`;
  let instance: Instance | undefined;
  try {
    instance = await runtime.start({ bootId, consoleLog, memoryBytes });
    const ready = await untilReady(instance, deadlineMs, host.signal);
    const readyMs = nsToMs(ready.arrivedNs - instance.t0Ns);
    if (readyMs <= deadlineMs) return { memoryBytes, outcome: 'ready', readyMs };
    return { memoryBytes, outcome: 'too-slow', readyMs, reason: tooSlow };
  } catch (error) {
    if (host.signal.aborted) throw interrupted();
    const { code, message, consoleTail } = asTwinbootError(error);
    const timedOut = code === BOOT_TIMEOUT;
    // Any other message has it already.
    const killed = timedOut && instance !== undefined ? (killedAtLimit(instance) ?? []) : [];
    const happened = [timedOut ? tooSlow : message].concat(killed, consoleText(consoleTail));
    return { memoryBytes, outcome: timedOut ? 'too-slow' : 'failed', reason: happened.join('; ') };
  } finally {
    await instance?.kill();
  }
}

function consoleText(consoleTail: readonly string[]): string[] {
  const line = decisiveLine(consoleTail);
  return line === undefined ? [] : [`its console: ${line}`];
}

/**
 * The last line in which a kernel says why it gives up, or the last of all: registers and call traces follow a panic.
 */
export function decisiveLine(consoleTail: readonly string[]): string | undefined {
  return consoleTail.findLast((line) => /Kernel panic|Out of memory/.test(line)) ?? consoleTail.at(-1);
}

/** `96 MiB: ready after 390 ms`, `12 MiB: not ready within 10 s` */
function trialText({ memoryBytes, outcome, readyMs, reason = '' }: Trial): string {
  const became =
    outcome === 'ready' && readyMs !== undefined
      ? `ready after ${formatMs(readyMs)}`
      : plainLine(reason, 240);
  return `${sizeText(memoryBytes)}: ${became}`;
}

function sizeText(bytes: number): string {
  return `${Math.round((bytes / MIB) * 10) / 10} MiB`;
}
