import { createDeferred } from '../../core/deferred.ts';
import { randomBytes } from 'node:crypto';
import { runError, TwinbootError, messageOf } from '../../core/error.ts';
import { hostClock, nsToMs, type Clock } from '../../core/clock.ts';
import { withDeadline } from '../process/deadline.ts';
import {
  createLineSplitter,
  malformed,
  parseReady,
  saysReady,
  type GuestClock,
  type Question,
} from './protocol.ts';
import { limits } from '../parse/answer-limits.ts';

/** The wire to the agent: FIFOs, or the socket behind a virtio-serial or serial port. */
export interface Channel {
  onData(listener: (chunk: Buffer) => void): void;
  write(line: string): void;
  close(): void;
}

/** The agent's first word. */
export interface Ready extends GuestClock {
  /** Host CLOCK_MONOTONIC, ns, when the line arrived. */
  arrivedNs: bigint;
}

export interface Answer {
  lines: string[];
  /** What was said on standard error, at most 20 lines: by the program asked, or by the guest's loader before it. */
  said: string[];
  /** The exit status of what the agent ran to answer. */
  status: number;
  /** Host CLOCK_MONOTONIC, ns: the question was written, the end of the answer arrived. */
  askedNs: bigint;
  answeredNs: bigint;
}

/** The host's side of the agent: waits for READY, then asks one question at a time. */
export interface Agent {
  /** Resolves with the READY line; rejects where that is another version's. */
  readonly ready: Promise<Ready>;
  /** What the port carried before READY, at most 20 lines. */
  readonly before: readonly string[];
  /**
   * Without `deadlineMs` a guest may take as long to answer as it took to boot, and 60 s at least: one that boots slowly
   * answers slowly. Errors: `agent-timeout`; `agent-answer-too-long`; `agent-malformed`, where the end of the answer cannot be read;
   * `agent-restarted`, where the agent says READY twice instead of answering; `agent-closed` after `close`. Each costs its
   * question alone.
   */
  ask(question: Question, argument?: string, deadlineMs?: number): Promise<Answer>;
  close(): void;
}

/** The shortest time for an answer where the caller says none, ms. */
const SHORTEST_DEADLINE_MS = 60_000;

interface Pending {
  id: string;
  question: Question;
  /** As it is written to the channel. */
  text: string;
  askedNs: bigint;
  begun: boolean;
  /** It was written again, for an agent that was started anew. */
  isRepeated: boolean;
  lines: string[];
  said: string[];
  /** Came since the question, or since its answer began. */
  bytes: number;
  resolve(answer: Answer): void;
  reject(error: unknown): void;
}

export function createAgent(channel: Channel, clock: Clock = hostClock): Agent {
  const ready = createDeferred<Ready>();
  // Whoever boots the instance awaits it; a failure before that is no unhandled rejection.
  ready.promise.catch(() => undefined);
  const before: string[] = [];
  const createdNs = clock.nowNs();
  let usualDeadlineMs = SHORTEST_DEADLINE_MS;
  let isReady = false;
  let pending: Pending | undefined;
  let closed: TwinbootError | undefined;

  function close(reason: TwinbootError): void {
    closed ??= reason;
    channel.close();
    ready.reject(closed);
    pending?.reject(closed);
    pending = undefined;
  }

  function onLine(line: string): void {
    if (closed !== undefined) return;
    if (!isReady) awaitReady(line);
    else if (pending !== undefined) takeLine(pending, line);
    // Else a line that nobody waits for: the rest of an answer that came too late, or another program's.
  }

  function awaitReady(line: string): void {
    try {
      const guestClock = parseReady(line);
      if (guestClock === undefined) {
        if (before.length < limits.saidLines) before.push(line);
        return;
      }
      isReady = true;
      const arrivedNs = clock.nowNs();
      usualDeadlineMs = Math.max(SHORTEST_DEADLINE_MS, Math.ceil(nsToMs(arrivedNs - createdNs)));
      ready.resolve({ ...guestClock, arrivedNs });
    } catch (error) {
      close(error instanceof TwinbootError ? error : runError('agent-malformed', messageOf(error)));
    }
  }

  function takeLine(current: Pending, line: string): void {
    const { id, lines, said } = current;
    if (!current.begun) {
      // What another program wrote before it may have had no end of its own.
      current.begun = line.endsWith(`BEGIN ${id}`);
      if (current.begun) current.bytes = 0;
      if (saysReady(line)) askAgain(current);
      return;
    }
    const saying = `SAID ${id} `;
    const ending = `END ${id} `;
    if (line.startsWith(saying)) {
      if (said.length < limits.saidLines) said.push(line.slice(saying.length));
    } else if (line.startsWith(ending)) end(current, line, line.slice(ending.length));
    else if (lines.length < limits.answerLines) lines.push(line);
    else settle((answer) => answer.reject(tooLong(current.question, `${limits.answerLines} lines`)));
  }

  /** The agent that was asked is gone, perhaps with the question: one that was started twice meanwhile answers none. */
  function askAgain(current: Pending): void {
    if (!current.isRepeated) {
      current.isRepeated = true;
      channel.write(current.text);
      return;
    }
    const failure = runError('agent-restarted', `the agent ended before it answered "${current.question}"`);
    settle((answer) => answer.reject(failure));
  }

  function end({ question, lines, said, askedNs }: Pending, line: string, status: string): void {
    // The agent's own line before END, where the answer's last line had its newline.
    if (lines.at(-1) === '') lines.pop();
    settle((answer) => {
      if (/^\d{1,3}$/.test(status)) {
        answer.resolve({ lines, said, status: Number(status), askedNs, answeredNs: clock.nowNs() });
      } else answer.reject(malformed(`"${question}" with an unreadable end`, line));
    });
  }

  /** Whatever else comes of this answer is passed over. */
  function settle(how: (answer: Pending) => void): void {
    const answer = pending;
    pending = undefined;
    if (answer !== undefined) how(answer);
  }

  const split = createLineSplitter(onLine);
  channel.onData((chunk) => {
    split(chunk);
    if (pending === undefined) return;
    const { question } = pending;
    pending.bytes += chunk.length;
    if (pending.bytes > limits.answerBytes)
      settle((answer) => answer.reject(tooLong(question, `${limits.answerBytes} bytes`)));
  });

  return {
    ready: ready.promise,
    before,
    async ask(question, argument = '', deadlineMs = usualDeadlineMs) {
      if (closed !== undefined) throw closed;
      if (pending !== undefined)
        throw new Error(`asked "${question}" before "${pending.question}" was answered`);
      if (/[\n\r]/.test(argument)) throw new Error('an argument is one line');
      const id = randomBytes(6).toString('hex');
      const answer = createDeferred<Answer>();
      const mine: Pending = {
        id,
        question,
        text: `${id} ${question}${argument === '' ? '' : ` ${argument}`}\n`,
        askedNs: clock.nowNs(),
        begun: false,
        isRepeated: false,
        lines: [],
        said: [],
        bytes: 0,
        resolve: answer.resolve,
        reject: answer.reject,
      };
      pending = mine;
      channel.write(mine.text);
      return withDeadline(answer.promise, deadlineMs, () => {
        if (pending === mine) pending = undefined;
        return runError(
          'agent-timeout',
          `the agent did not answer "${question}" within ${deadlineMs / 1000} s`,
        );
      });
    },
    close: () => close(runError('agent-closed', 'the channel to the agent is closed')),
  };
}

function tooLong(question: Question, limit: string): TwinbootError {
  return runError('agent-answer-too-long', `the agent's answer to "${question}" is longer than ${limit}`);
}
