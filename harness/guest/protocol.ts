import { runError, type TwinbootError } from '../../core/error.ts';
import { quote } from '../../core/text.ts';
import { limits } from '../parse/answer-limits.ts';

/**
 * The agent's protocol, version 2. Lines ended by a newline.
 *
 * guest → host, once:  `TWINBOOT 2 READY ns 12912339828` (CLOCK_MONOTONIC; `s 12.91` where only /proc/uptime is readable)
 * host → guest:        `<id> <question> [argument]`
 * guest → host:        `BEGIN <id>`, the answer's lines, an empty line, what was said on standard error in lines of
 *                      `SAID <id> <text>`, `END <id> <exit status>`
 *
 * The empty line is the agent's, not the answer's: it ends a last line that was sent without its newline, and so it is
 * not there to be seen after such an answer.
 *
 * The id is new and unguessable for every question, so that nothing in an answer can pass for its end. What comes from
 * a guest is untrusted, and what is odd in it costs itself alone: bytes that are no UTF-8 become replacement characters,
 * a line above the limit is cut and marked, an answer above a limit fails its question, and lines that belong to no
 * question are passed over.
 */
export const PROTOCOL_VERSION = 2;

export type Question =
  | 'clock'
  | 'units'
  | 'unit-files'
  | 'status'
  | 'conditions'
  | 'processes'
  | 'meminfo'
  | 'kernel-milestones'
  | 'exec'
  | 'poweroff';

/** A question of up to 4096 bytes (PIPE_BUF, pipe(7)) is written whole, or not at all. */
const WORDS_BYTES = 4000;

/** Words of arguments in groups that fit into a question each. */
export function inQuestions(words: readonly string[]): string[][] {
  const groups: string[][] = [];
  let bytes = Infinity;
  for (const word of words) {
    bytes += Buffer.byteLength(word) + 1;
    if (bytes > WORDS_BYTES) {
      groups.push([]);
      bytes = Buffer.byteLength(word) + 1;
    }
    groups.at(-1)?.push(word);
  }
  return groups;
}

/** The guest's CLOCK_MONOTONIC as it read it, ms; and how finely it can read it. */
export interface GuestClock {
  guestMs: number;
  resolutionMs: number;
}

/** `ns 12912339828` or `s 12.91`. */
export function parseGuestClock(text: string): GuestClock | undefined {
  const match = /^(?:ns (\d{1,18})|s (\d{1,9}\.\d{1,9}))$/.exec(text);
  if (match?.[1] !== undefined) return { guestMs: Number(match[1]) / 1e6, resolutionMs: 0.001 };
  return match?.[2] === undefined ? undefined : { guestMs: Number(match[2]) * 1000, resolutionMs: 10 };
}

const READY = /^TWINBOOT (\d{1,4}) READY (.*)$/;

/** Whether an agent of some version says READY. */
export function saysReady(line: string): boolean {
  return READY.test(line);
}

/**
 * READY; `undefined` for any other line, since whatever else writes to that port may speak before the agent does.
 * Errors: `agent-version`, `agent-malformed`.
 */
export function parseReady(line: string): GuestClock | undefined {
  const match = READY.exec(line);
  if (match === null) return undefined;
  if (Number(match[1]) !== PROTOCOL_VERSION) {
    throw runError(
      'agent-version',
      `the agent in the image speaks protocol ${match[1] ?? '?'}, not ${PROTOCOL_VERSION}`,
      { hint: 'build the image again: twinboot image build --rebuild' },
    );
  }
  const clock = parseGuestClock(match[2] ?? '');
  if (clock === undefined) throw malformed('with an unreadable clock in its READY line', line);
  return clock;
}

export function malformed(what: string, line: string): TwinbootError {
  return runError('agent-malformed', `the agent answered ${what}: ${quote(line)}`);
}

/** Stands at the end of a line that was longer than the limit. */
export const CUT_MARK = '… [cut]';

/** Splits a stream of bytes into lines of text. Never fails, and holds no more than one line. */
export function createLineSplitter(onLine: (line: string) => void): (chunk: Buffer) => void {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  let pending: Buffer[] = [];
  let pendingBytes = 0;
  let isCut = false;

  function take(part: Buffer): void {
    const kept = part.subarray(0, limits.lineBytes - pendingBytes);
    if (kept.length < part.length) isCut = true;
    if (kept.length === 0) return;
    pendingBytes += kept.length;
    pending.push(kept);
  }

  function flush(): void {
    const text = decoder.decode(Buffer.concat(pending));
    // A serial line may end its lines with CR LF.
    const line = isCut ? `${text}${CUT_MARK}` : text.replace(/\r$/, '');
    pending = [];
    pendingBytes = 0;
    isCut = false;
    onLine(line);
  }

  return (chunk) => {
    let start = 0;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, start)) {
      take(chunk.subarray(start, end));
      flush();
      start = end + 1;
    }
    if (start < chunk.length) take(chunk.subarray(start));
  };
}
