import { runError, type TwinbootError } from '../../core/error.ts';

/** How large an answer of the agent may be, and what is made of it. What a guest says is untrusted. */
export const limits = {
  lineBytes: 64 * 1024,
  answerBytes: 8 * 1024 * 1024,
  /** A Debian server of 500 units and 3,000 processes answers in 40,000. */
  answerLines: 200_000,
  /** What is made of an answer: units, unit files or processes. */
  items: 10_000,
  /** Names in the lists of all units together. */
  words: 200_000,
  /** Of standard error, and of lines before READY: enough to know what is wrong. */
  saidLines: 20,
} as const;

/** What is made of an answer takes many times its bytes, and what it holds would have to go into the record. */
export function tooMany(what: string, most: number): TwinbootError {
  return runError('agent-answer-too-long', `the agent's answer has more than ${most} ${what}`);
}
