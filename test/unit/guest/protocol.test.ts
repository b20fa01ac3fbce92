import { describe, expect, it } from 'vitest';
import {
  createLineSplitter,
  CUT_MARK,
  inQuestions,
  parseGuestClock,
  parseReady,
} from '../../../harness/guest/protocol.ts';
import { quote } from '../../../core/text.ts';
import { limits } from '../../../harness/parse/answer-limits.ts';

describe('the READY line', () => {
  it.each([
    ['TWINBOOT 2 READY ns 12912339828', { guestMs: 12912.339828, resolutionMs: 0.001 }],
    ['TWINBOOT 2 READY s 12.91', { guestMs: 12910, resolutionMs: 10 }],
  ])('%s', (line, clock) => {
    expect(parseReady(line)).toEqual(clock);
  });

  it('of another version says which one, and what to do', () => {
    expect(() => parseReady('TWINBOOT 1 READY ns 1')).toThrow(
      expect.objectContaining({
        code: 'agent-version',
        message: 'the agent in the image speaks protocol 1, not 2',
        hint: 'build the image again: twinboot image build --rebuild',
      }),
    );
  });

  it.each([
    'TWINBOOT 2 READY ',
    'TWINBOOT 2 READY ns -5',
    'TWINBOOT 2 READY ns 1e9',
    'TWINBOOT 2 READY ns 1234567890123456789',
    'TWINBOOT 2 READY ns 1 2',
    'TWINBOOT 2 READY s 12',
    'TWINBOOT 2 READY ns 1\0',
  ])('has no such clock: %j', (line) => {
    expect(() => parseReady(line)).toThrow(expect.objectContaining({ code: 'agent-malformed' }));
  });

  it.each([
    '',
    'READY',
    'TWINBOOT 2 READY',
    'TWINBOOT 99999 READY ns 1',
    'TWINBOOT one READY ns 1',
    ' TWINBOOT 2 READY ns 1',
    '\u001B[0mTWINBOOT 2 READY ns 1',
  ])('is not %j', (line) => {
    expect(parseReady(line)).toBeUndefined();
  });
});

describe('the guest’s clock', () => {
  it('is exact to the nanosecond digits that a double holds, or as fine as /proc/uptime', () => {
    expect(parseGuestClock('ns 2928084946000')).toEqual({ guestMs: 2928084.946, resolutionMs: 0.001 });
    expect(parseGuestClock('s 2928.08')?.guestMs).toBeCloseTo(2_928_080, 6);
    expect(parseGuestClock('s 1.5\n')).toBeUndefined();
  });
});

describe('words of a question', () => {
  it('are spread over as many questions as it takes, in their order', () => {
    expect(inQuestions([])).toEqual([]);
    expect(inQuestions(['a', 'b'])).toEqual([['a', 'b']]);
    const words = Array.from({ length: 300 }, (_, index) => `${'unit'.repeat(15)}-${index}.service`);
    const questions = inQuestions(words);
    expect(questions.flat()).toEqual(words);
    for (const question of questions) expect(question.join(' ').length).toBeLessThan(4050);
  });
});

describe('guest text in a message', () => {
  it('is short, and its control characters are visible', () => {
    expect(quote('\u001B[31mred\0')).toBe(String.raw`"\u001b[31mred\u0000"`);
    expect(quote('x'.repeat(1000))).toHaveLength(123);
  });
});

describe('the line splitter', () => {
  function split(...chunks: (string | Buffer)[]): string[] {
    const lines: string[] = [];
    const take = createLineSplitter((line) => lines.push(line));
    for (const chunk of chunks) take(Buffer.from(chunk));
    return lines;
  }

  const bytes = [...Buffer.from('é ü\r\n\n日本\nrest')].map((byte) => Buffer.from([byte]));

  it('gives the same lines for one chunk and for a byte at a time, and keeps what has no end yet', () => {
    const lines = ['é ü', '', '日本'];
    expect(split('é ü\r\n\n日本\nrest')).toEqual(lines);
    expect(split(...bytes)).toEqual(lines);
  });

  it('takes a serial line’s CR away at the end alone', () => {
    expect(split('a\rb\r\n')).toEqual(['a\rb']);
  });

  it('cuts a line that is longer than the limit, marks it, and goes on with the next', () => {
    const longest = 'x'.repeat(limits.lineBytes);
    expect(split(`${longest}\n`)).toEqual([longest]);
    expect(split(`${longest}yy\nnext\n`)).toEqual([`${longest}${CUT_MARK}`, 'next']);
    expect(split(longest, 'y', 'y', '\n', 'next\n')).toEqual([`${longest}${CUT_MARK}`, 'next']);
  });

  it('replaces bytes that are not UTF-8, and those alone', () => {
    expect(split(Buffer.from([0x61, 0xc3, 0x28, 0x62, 10]))).toEqual(['a\uFFFD(b']);
  });

  it('replaces the half of a character that a cut leaves', () => {
    const line = `${'x'.repeat(limits.lineBytes - 1)}é`;
    expect(split(`${line}\n`)).toEqual([`${line.slice(0, -1)}\uFFFD${CUT_MARK}`]);
  });
});
