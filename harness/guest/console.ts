import { createDeferred } from '../../core/deferred.ts';
import { createWriteStream } from 'node:fs';
import { withoutSequences } from '../../core/text.ts';
import { hostClock, nsToMs, type Clock } from '../../core/clock.ts';
import { trackStarts } from './console-jobs.ts';

/** What is looked for on every console: the arrival of each is stamped once. */
const marks = {
  /** The kernel's first words; on the console before anything else that it says. */
  kernel: /Linux version /,
  /**
   * A kernel line later than its very first: the clock of printk stands at 0 until the kernel has one (printk.time).
   */
  'kernel-clock': /^\[ *(?!0\.0+\])\d+\.\d+\] /,
  panic: /Kernel panic - not syncing/,
  /** What the shell of emergency.service and rescue.service says first (systemd-sulogin-shell(8)). */
  emergency: /^You are in (?:emergency|rescue) mode\./,
  /** QEMU's words when KVM cannot go on; it then holds the machine and waits for a debugger. */
  'kvm-error': /^KVM internal error/,
  /** systemd's own status line, in its default and its `unit` status format. */
  'multi-user': /Reached target .*(multi-user\.target|Multi-User System)/,
} as const;

export type Mark = keyof typeof marks;

const TAIL_LINES = 40;
const LINE_CHARACTERS = 1000;
/** As it arrives, with its control sequences; what a line has beyond is passed over, however it is cut into chunks. */
const RAW_CHARACTERS = 4 * LINE_CHARACTERS;
const LOG_BYTES = 8 * 1024 * 1024;

/** The instance's console: stamped on arrival with the host's clock, logged, and searched for marks. */
export interface Console {
  /** The last lines, oldest first, without control sequences. Untrusted text. */
  tail(): string[];
  /** When a mark arrived, ms since t0. */
  arrivedMs(mark: Mark): number | undefined;
  /** Resolves when the mark arrives; never rejects. */
  seen(mark: Mark): Promise<unknown>;
  /**
   * How often the distribution's service manager has begun: how often the same first words of it came; 0 where none
   * did.
   */
  welcomes(): number;
  /** Units whose start has begun and is not over, by the service manager's word. Untrusted text. */
  starting(): string[];
}

/** systemd's first status line (systemd(1), main.c); a boot loader and an initrd have words of welcome of their own. */
const WELCOME = /^Welcome to .*!$/;
/** Its first log line, which an image that shows no status has too. It comes again where the manager is re-executed. */
const BANNER = /^systemd \S+ running in system mode/;
/** Bound on the memory that a guest can take by many kinds of welcome. */
const MOST_WELCOMES = 20;

/**
 * Resolves when what was written to a terminal or FIFO before its writer ended has been read: the event loop reads it
 * in its next round.
 */
export async function untilRead(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  await new Promise((resolve) => setImmediate(resolve));
}

/** The writing end, for the runtime that owns the console. */
export interface ConsoleRecorder extends Console {
  take(chunk: Buffer): void;
  end(): Promise<void>;
}

/**
 * A console whose lines are written to `logFile` as `[ ms since t0] line`. A guest that floods it fills the log to
 * 8 MiB and no further, and never the memory.
 */
export function recordConsole(
  logFile: string,
  t0Ns: () => bigint,
  clock: Clock = hostClock,
): ConsoleRecorder {
  const sinceStart = (): number => nsToMs(clock.nowNs() - t0Ns());
  const log = createWriteStream(logFile, { mode: 0o644 });
  // A full disk must not end the run from here: the record's own write reports it.
  log.on('error', () => undefined);
  const tail: string[] = [];
  const arrivals = new Map<Mark, number>();
  const waiting = new Map((Object.keys(marks) as Mark[]).map((mark) => [mark, createDeferred<undefined>()]));
  let loggedBytes = 0;
  const welcomes = new Map<string, number>();
  let banners = 0;
  const starts = trackStarts();

  function takeLine(line: string, atMs: number): void {
    tail.push(line);
    if (tail.length > TAIL_LINES) tail.shift();
    if (WELCOME.test(line) && (welcomes.has(line) || welcomes.size < MOST_WELCOMES))
      welcomes.set(line, (welcomes.get(line) ?? 0) + 1);
    if (BANNER.test(line)) banners += 1;
    starts.take(line);
    for (const [mark, pattern] of Object.entries(marks) as [Mark, RegExp][]) {
      if (arrivals.has(mark) || !pattern.test(line)) continue;
      arrivals.set(mark, atMs);
      waiting.get(mark)?.resolve(undefined);
    }
    writeLog(`[${atMs.toFixed(3).padStart(11)}] ${line}\n`);
  }

  function writeLog(text: string): void {
    if (loggedBytes >= LOG_BYTES) return;
    loggedBytes += Buffer.byteLength(text);
    log.write(
      loggedBytes >= LOG_BYTES ? `${text}[twinboot] log cut here: more than ${LOG_BYTES} bytes\n` : text,
    );
  }

  const reader = readConsoleLines(takeLine);

  return {
    take: (chunk) => reader.take(chunk, sinceStart()),
    async end() {
      reader.end(sinceStart());
      await new Promise<void>((resolve) => log.end(() => resolve()));
    },
    tail: () => [...tail],
    arrivedMs: (mark) => arrivals.get(mark),
    welcomes: () => (welcomes.size > 0 ? Math.max(...welcomes.values()) : banners),
    starting: () => starts.begun(),
    seen: (mark) => waiting.get(mark)?.promise ?? Promise.resolve(),
  };
}

/**
 * Splits a console's bytes into lines for people, each with the time of the chunk that it ended in. Never fails, and
 * holds no more than one line; how the bytes are cut into chunks makes no difference to the lines.
 */
export function readConsoleLines(onLine: (line: string, atMs: number) => void): {
  take(chunk: Buffer, atMs: number): void;
  /** What has no end yet is a line too. */
  end(atMs: number): void;
} {
  const decoder = new TextDecoder();
  let partial = '';
  return {
    take(chunk, atMs) {
      const lines = (partial + decoder.decode(chunk, { stream: true })).split('\n');
      // A line without an end is cut, so that a guest cannot grow it in our memory.
      partial = (lines.pop() ?? '').slice(0, RAW_CHARACTERS);
      for (const line of lines) onLine(plain(line.slice(0, RAW_CHARACTERS)), atMs);
    },
    end(atMs) {
      if (partial !== '') onLine(plain(partial), atMs);
      partial = '';
    },
  };
}

/** A console line for people: no colours, no cursor movements, no other control characters, bounded. */
function plain(raw: string): string {
  return withoutSequences(raw)
    .replace(/[^\P{Cc}\t]/gu, '')
    .slice(0, LINE_CHARACTERS)
    .trimEnd();
}
