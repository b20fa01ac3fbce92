import { runError, type TwinbootError } from '../../core/error.ts';

/**
 * The agent's protocol, version 1. Lines of UTF-8 ended by a newline.
 *
 * guest → host, once:  `TWINBOOT 1 READY ns 12912339828` (CLOCK_MONOTONIC; `s 12.91` where only /proc/uptime is readable)
 * host → guest:        `<id> <question> [argument]`
 * guest → host:        `BEGIN <id>`, the answer's lines, an empty line, `END <id> <exit status>`
 *
 * The empty line is the agent's, not the answer's: it ends a last line that was sent without its newline, and so it is
 * not there to be seen after such an answer.
 *
 * The id is new and unguessable for every question, so that nothing in an answer can pass for its end. What comes from
 * a guest is untrusted: lines and answers have limits, and after one breach the channel is closed for good.
 */
export const PROTOCOL_VERSION = 1;

export const limits = {
  lineBytes: 64 * 1024,
  answerBytes: 8 * 1024 * 1024,
} as const;

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

/** The guest's first line. Errors: `agent-version`, `agent-malformed`. */
export function parseReady(line: string): GuestClock {
  const match = /^TWINBOOT (\d{1,4}) READY (.*)$/.exec(line);
  if (match === null) throw malformed('instead of its READY line', line);
  if (Number(match[1]) !== PROTOCOL_VERSION) {
    throw runError(
      'agent-version',
      `the agent in the image speaks protocol ${match[1] ?? '?'}, not ${PROTOCOL_VERSION}`,
      {
        hint: 'build the image again: twinboot image build --rebuild',
      },
    );
  }
  const clock = parseGuestClock(match[2] ?? '');
  if (clock === undefined) throw malformed('with an unreadable clock in its READY line', line);
  return clock;
}

export function malformed(what: string, line: string): TwinbootError {
  return runError('agent-malformed', `the agent answered ${what}: ${quote(line)}`);
}

/** Guest text for an error message: shortened, control characters made visible. */
export function quote(text: string): string {
  return JSON.stringify(text.length > 120 ? `${text.slice(0, 120)}…` : text);
}

/**
 * Splits a stream of bytes into lines. Errors: `agent-line-too-long`, and `agent-malformed` for bytes that are not
 * UTF-8 text.
 */
export function createLineSplitter(onLine: (line: string) => void): (chunk: Buffer) => void {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let pending: Buffer[] = [];
  let pendingBytes = 0;

  function take(part: Buffer): void {
    pendingBytes += part.length;
    if (pendingBytes > limits.lineBytes) {
      throw runError('agent-line-too-long', `the agent sent a line of more than ${limits.lineBytes} bytes`);
    }
    pending.push(part);
  }

  function flush(): void {
    const bytes = Buffer.concat(pending);
    pending = [];
    pendingBytes = 0;
    onLine(decode(bytes));
  }

  function decode(bytes: Buffer): string {
    try {
      // A serial line may end its lines with CR LF.
      return decoder.decode(bytes).replace(/\r$/, '');
    } catch {
      throw malformed('with bytes that are not text', bytes.toString('latin1'));
    }
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
