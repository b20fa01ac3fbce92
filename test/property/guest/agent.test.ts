import { describe, expect } from 'vitest';
import { createAgent } from '../../../harness/guest/agent.ts';
import { manualClock, openWire, READY } from '../../fixtures/guest/wire.ts';
import { drawn, holdsLater, oddText, type Draw, same } from '../../support/property.ts';

/** Lines as the agent's host side shows them: decoded, without a carriage return at their end. */
const lines = (draw: Draw, most: number): string[] =>
  draw.some(most, () => oddText(draw, 4)).map((line) => Buffer.from(line).toString().replace(/\r+$/, ''));

const isNoReady = (line: string): boolean => !/^TWINBOOT \d+ READY /.test(line);

interface Exchange {
  /** Of another program, or of an answer that came too late: before BEGIN. */
  junk: string[];
  /** Without an end of its own. */
  stub: string;
  answer: string[];
  endsWithNewline: boolean;
  said: string[];
  status: number;
}

const conversation = drawn((draw) => ({
  before: lines(draw, 3).filter(isNoReady),
  exchanges: draw.some(2, (): Exchange => {
    const answer = lines(draw, 4);
    return {
      junk: lines(draw, 2).filter(isNoReady),
      stub: draw.chance(0.2) ? oddText(draw, 2).replace('\n', '') : '',
      answer,
      endsWithNewline: answer.at(-1) === '' || draw.chance(0.7),
      said: lines(draw, 2),
      status: draw.int(0, 255),
    };
  }),
  chunkBytes: draw.int(1, 60),
}));

/** As the agent sends it: what ends the last line is either its own newline or the agent's. */
function sent(id: string, { junk, stub, answer, endsWithNewline, said, status }: Exchange): string {
  const body = answer.map((line) => `${line}\n`).join('');
  return [
    ...junk.map((line) => `${line}\n`),
    `${stub}BEGIN ${id}\n`,
    endsWithNewline || body === '' ? body : body.slice(0, -1),
    '\n',
    ...said.map((line) => `SAID ${id} ${line}\n`),
    `END ${id} ${status}\n`,
  ].join('');
}

function inPieces(text: string, bytes: number): Buffer[] {
  const whole = Buffer.from(text);
  const pieces = Math.ceil(whole.length / bytes);
  return Array.from({ length: pieces }, (_, index) => whole.subarray(index * bytes, (index + 1) * bytes));
}

describe('whatever else comes over the channel', () => {
  holdsLater('every answer is read exactly', conversation, async ({ before, exchanges, chunkBytes }) => {
    const wire = openWire();
    const agent = createAgent(wire, manualClock());
    const say = (text: string): void => inPieces(text, chunkBytes).forEach((chunk) => wire.say(chunk));
    say(`${before.map((line) => `${line}\n`).join('')}${READY}`);
    expect(await agent.ready).toMatchObject({ guestMs: 5000 });
    same(agent.before, before);
    for (const exchange of exchanges) {
      const answer = agent.ask('exec', 'true');
      say(sent(wire.id, exchange));
      const { answer: expected, said, status } = exchange;
      expect(await answer).toMatchObject({ lines: expected, said, status });
    }
    agent.close();
  });
});
