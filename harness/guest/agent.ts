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

/** What the agent says first. */
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
   * Without `deadlineMs` a guest may take as long to answer as it took to boot, and 60 s at least: one that boots
   * slowly answers slowly. Errors: `agent-timeout`; `agent-answer-too-long`; `agent-malformed`, where the end of the
   * answer cannot be read; `agent-restarted`, where the agent says READY twice instead of answering; `agent-closed`
   * after `close`. Each costs its question alone.
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
  return new ChannelAgent(channel, clock);
}

class ChannelAgent implements Agent {
  readonly ready: Promise<Ready>;
  readonly before: string[] = [];

  private readonly channel: Channel;
  private readonly clock: Clock;
  private readonly createdNs: bigint;
  private readonly firstReady = createDeferred<Ready>();
  private usualDeadlineMs = SHORTEST_DEADLINE_MS;
  private isReady = false;
  private pending: Pending | undefined;
  private closed: TwinbootError | undefined;

  constructor(channel: Channel, clock: Clock) {
    this.channel = channel;
    this.clock = clock;
    this.createdNs = clock.nowNs();
    this.ready = this.firstReady.promise;
    // Whoever boots the instance awaits it; a failure before that is no unhandled rejection.
    this.ready.catch(() => undefined);
    const split = createLineSplitter((line) => this.takeLine(line));
    channel.onData((chunk) => {
      split(chunk);
      this.count(chunk.length);
    });
  }

  async ask(question: Question, argument = '', deadlineMs = this.usualDeadlineMs): Promise<Answer> {
    if (this.closed !== undefined) throw this.closed;
    if (this.pending !== undefined)
      throw new Error(`asked "${question}" before "${this.pending.question}" was answered`);
    if (/[\n\r]/.test(argument)) throw new Error('an argument is one line');
    const id = randomBytes(6).toString('hex');
    const answer = createDeferred<Answer>();
    const mine: Pending = {
      id,
      question,
      text: `${id} ${question}${argument === '' ? '' : ` ${argument}`}\n`,
      askedNs: this.clock.nowNs(),
      begun: false,
      isRepeated: false,
      lines: [],
      said: [],
      bytes: 0,
      resolve: answer.resolve,
      reject: answer.reject,
    };
    this.pending = mine;
    this.channel.write(mine.text);
    return withDeadline(answer.promise, deadlineMs, () => {
      if (this.pending === mine) this.pending = undefined;
      return runError(
        'agent-timeout',
        `the agent did not answer "${question}" within ${deadlineMs / 1000} s`,
      );
    });
  }

  close(): void {
    this.closeBecause(runError('agent-closed', 'the channel to the agent is closed'));
  }

  private closeBecause(reason: TwinbootError): void {
    this.closed ??= reason;
    this.channel.close();
    this.firstReady.reject(this.closed);
    this.refuse(this.closed);
  }

  private takeLine(line: string): void {
    if (this.closed !== undefined) return;
    if (!this.isReady) this.awaitReady(line);
    else if (this.pending?.begun === false) this.awaitBegin(this.pending, line);
    else if (this.pending !== undefined) this.takeAnswer(this.pending, line);
    // Else a line that nobody waits for: the rest of an answer that came too late, or another program's.
  }

  private awaitReady(line: string): void {
    try {
      const guestClock = parseReady(line);
      if (guestClock === undefined) {
        if (this.before.length < limits.saidLines) this.before.push(line);
        return;
      }
      this.isReady = true;
      const arrivedNs = this.clock.nowNs();
      const bootedMs = Math.ceil(nsToMs(arrivedNs - this.createdNs));
      this.usualDeadlineMs = Math.max(SHORTEST_DEADLINE_MS, bootedMs);
      this.firstReady.resolve({ ...guestClock, arrivedNs });
    } catch (error) {
      this.closeBecause(
        error instanceof TwinbootError ? error : runError('agent-malformed', messageOf(error)),
      );
    }
  }

  private awaitBegin(pending: Pending, line: string): void {
    // What another program wrote before it may have had no end of its own.
    pending.begun = line.endsWith(`BEGIN ${pending.id}`);
    if (pending.begun) pending.bytes = 0;
    if (saysReady(line)) this.askAgain(pending);
  }

  /** The agent that was asked is gone, perhaps with the question: one that was started twice meanwhile answers none. */
  private askAgain(pending: Pending): void {
    if (pending.isRepeated) {
      this.refuse(runError('agent-restarted', `the agent ended before it answered "${pending.question}"`));
      return;
    }
    pending.isRepeated = true;
    this.channel.write(pending.text);
  }

  private takeAnswer({ id, question, lines, said }: Pending, line: string): void {
    const saying = `SAID ${id} `;
    const ending = `END ${id} `;
    if (line.startsWith(saying)) {
      if (said.length < limits.saidLines) said.push(line.slice(saying.length));
    } else if (line.startsWith(ending)) this.end(line, line.slice(ending.length));
    else if (lines.length < limits.answerLines) lines.push(line);
    else this.refuse(tooLong(question, `${limits.answerLines} lines`));
  }

  private end(line: string, status: string): void {
    const answer = this.settle();
    if (answer === undefined) return;
    const { question, lines, said, askedNs } = answer;
    // The agent's own line before END, where the answer's last line had its newline.
    if (lines.at(-1) === '') lines.pop();
    if (/^\d{1,3}$/.test(status)) {
      answer.resolve({ lines, said, status: Number(status), askedNs, answeredNs: this.clock.nowNs() });
    } else answer.reject(malformed(`"${question}" with an unreadable end`, line));
  }

  private count(bytes: number): void {
    if (this.pending === undefined) return;
    this.pending.bytes += bytes;
    if (this.pending.bytes > limits.answerBytes)
      this.refuse(tooLong(this.pending.question, `${limits.answerBytes} bytes`));
  }

  private refuse(failure: TwinbootError): void {
    this.settle()?.reject(failure);
  }

  /** Whatever else comes of this answer is passed over. */
  private settle(): Pending | undefined {
    const answer = this.pending;
    this.pending = undefined;
    return answer;
  }
}

function tooLong(question: Question, limit: string): TwinbootError {
  return runError('agent-answer-too-long', `the agent's answer to "${question}" is longer than ${limit}`);
}
