import { createDeferred } from '../../core/deferred.ts';
import { randomBytes } from 'node:crypto';
import { runError, TwinbootError, messageOf } from '../../core/error.ts';
import { hostClock, type Clock } from '../meters/clock.ts';
import { withDeadline } from '../process/deadline.ts';
import {
  createLineSplitter,
  limits,
  malformed,
  parseReady,
  type GuestClock,
  type Question,
} from './protocol.ts';

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
  /** The exit status of what the agent ran to answer. */
  status: number;
  /** Host CLOCK_MONOTONIC, ns: the question was written, the end of the answer arrived. */
  askedNs: bigint;
  answeredNs: bigint;
}

/** The host's side of the agent: waits for READY, then asks one question at a time. */
export interface Agent {
  /** Resolves with the READY line; rejects where the first line is anything else. */
  readonly ready: Promise<Ready>;
  /**
   * Errors: `agent-timeout`; `agent-malformed`, `agent-line-too-long` and `agent-answer-too-long` close the channel and
   * fail every later question too, with `agent-closed` after `close`.
   */
  ask(question: Question, argument?: string, deadlineMs?: number): Promise<Answer>;
  close(): void;
}

const DEFAULT_DEADLINE_MS = 60_000;

interface Pending {
  id: string;
  question: Question;
  askedNs: bigint;
  begun: boolean;
  lines: string[];
  bytes: number;
  resolve(answer: Answer): void;
  reject(error: unknown): void;
}

export function createAgent(channel: Channel, clock: Clock = hostClock): Agent {
  const ready = createDeferred<Ready>();
  // Whoever boots the instance awaits it; a failure before that is no unhandled rejection.
  ready.promise.catch(() => undefined);
  let spoken = false;
  let pending: Pending | undefined;
  let broken: TwinbootError | undefined;
  /** Questions whose deadline passed and whose answers may still come, oldest first. */
  const givenUp: string[] = [];

  function fail(error: unknown): void {
    broken ??= error instanceof TwinbootError ? error : runError('agent-malformed', messageOf(error));
    channel.close();
    ready.reject(broken);
    pending?.reject(broken);
    pending = undefined;
  }

  function onLine(line: string): void {
    if (!spoken) {
      spoken = true;
      ready.resolve({ ...parseReady(line), arrivedNs: clock.nowNs() });
    } else if (pending === undefined) {
      passOver(line, 'without being asked');
    } else takeAnswerLine(pending, line);
  }

  /** A line of an answer whose deadline has passed: nobody waits for it any more. Any other line is a breach. */
  function passOver(line: string, breach: string): void {
    const [late] = givenUp;
    if (late === undefined) throw malformed(breach, line);
    if (line.startsWith(`END ${late} `)) givenUp.shift();
  }

  function takeAnswerLine(current: Pending, line: string): void {
    if (!current.begun) {
      if (line !== `BEGIN ${current.id}`) {
        passOver(line, `"${current.question}" without beginning`);
        return;
      }
      current.begun = true;
      // The agent answers in the order of the questions: what it has not ended by now will not come any more.
      givenUp.length = 0;
      return;
    }
    if (line.startsWith(`END ${current.id} `)) {
      const status = /^\d{1,3}$/.exec(line.slice(`END ${current.id} `.length));
      if (status === null) throw malformed(`"${current.question}" with an unreadable end`, line);
      pending = undefined;
      const { lines, askedNs } = current;
      // The agent's own line before END, where the answer's last line had its newline.
      if (lines.at(-1) === '') lines.pop();
      current.resolve({ lines, status: Number(status[0]), askedNs, answeredNs: clock.nowNs() });
      return;
    }
    current.bytes += Buffer.byteLength(line) + 1;
    if (current.bytes > limits.answerBytes) {
      throw runError(
        'agent-answer-too-long',
        `the agent's answer to "${current.question}" is longer than ${limits.answerBytes} bytes`,
      );
    }
    current.lines.push(line);
  }

  const split = createLineSplitter(onLine);
  channel.onData((chunk) => {
    if (broken !== undefined) return;
    try {
      split(chunk);
    } catch (error) {
      fail(error);
    }
  });

  return {
    ready: ready.promise,
    async ask(question, argument = '', deadlineMs = DEFAULT_DEADLINE_MS) {
      if (broken !== undefined) throw broken;
      if (pending !== undefined)
        throw new Error(`asked "${question}" before "${pending.question}" was answered`);
      if (/[\n\r]/.test(argument)) throw new Error('an argument is one line');
      const id = randomBytes(6).toString('hex');
      const answer = createDeferred<Answer>();
      const mine: Pending = {
        id,
        question,
        askedNs: clock.nowNs(),
        begun: false,
        lines: [],
        bytes: 0,
        resolve: answer.resolve,
        reject: answer.reject,
      };
      pending = mine;
      channel.write(`${id} ${question}${argument === '' ? '' : ` ${argument}`}\n`);
      return withDeadline(answer.promise, deadlineMs, () => {
        if (pending === mine) {
          pending = undefined;
          givenUp.push(id);
        }
        return runError(
          'agent-timeout',
          `the agent did not answer "${question}" within ${deadlineMs / 1000} s`,
        );
      });
    },
    close: () => fail(runError('agent-closed', 'the channel to the agent is closed')),
  };
}
