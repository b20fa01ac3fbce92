import { describe, expect, it } from 'vitest';
import {
  createLineSplitter,
  limits,
  parseGuestClock,
  parseReady,
  quote,
} from '../../../harness/guest/protocol.ts';

describe('the READY line', () => {
  it.each([
    ['TWINBOOT 1 READY ns 12912339828', { guestMs: 12912.339828, resolutionMs: 0.001 }],
    ['TWINBOOT 1 READY s 12.91', { guestMs: 12910, resolutionMs: 10 }],
  ])('%s', (line, clock) => {
    expect(parseReady(line)).toEqual(clock);
  });

  it('of another version says which one, and what to do', () => {
    expect(() => parseReady('TWINBOOT 2 READY ns 1')).toThrow(
      expect.objectContaining({
        code: 'agent-version',
        message: 'the agent in the image speaks protocol 2, not 1',
        hint: 'build the image again: twinboot image build --rebuild',
      }),
    );
  });

  it.each([
    '',
    'READY',
    'TWINBOOT 1 READY',
    'TWINBOOT 1 READY ',
    'TWINBOOT 99999 READY ns 1',
    'TWINBOOT one READY ns 1',
    'TWINBOOT 1 READY ns -5',
    'TWINBOOT 1 READY ns 1e9',
    'TWINBOOT 1 READY ns 1234567890123456789',
    'TWINBOOT 1 READY ns 1 2',
    'TWINBOOT 1 READY s 12',
    ' TWINBOOT 1 READY ns 1',
    '\u001B[0mTWINBOOT 1 READY ns 1',
    'TWINBOOT 1 READY ns 1\0',
  ])('is not %j', (line) => {
    expect(() => parseReady(line)).toThrow(expect.objectContaining({ code: 'agent-malformed' }));
  });
});

describe('the guest’s clock', () => {
  it('is exact to the nanosecond digits that a double holds, or as fine as /proc/uptime', () => {
    expect(parseGuestClock('ns 2928084946000')).toEqual({ guestMs: 2928084.946, resolutionMs: 0.001 });
    expect(parseGuestClock('s 2928.08')?.guestMs).toBeCloseTo(2_928_080, 6);
    expect(parseGuestClock('s 1.5\n')).toBeUndefined();
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

  it('allows a line as long as the limit and none longer, with or without its end', () => {
    expect(split(`${'x'.repeat(limits.lineBytes)}\n`)[0]).toHaveLength(limits.lineBytes);
    const tooLong = expect.objectContaining({ code: 'agent-line-too-long' }) as Error;
    expect(() => split(`${'x'.repeat(limits.lineBytes + 1)}\n`)).toThrow(tooLong);
    expect(() => split('x'.repeat(limits.lineBytes), 'x')).toThrow(tooLong);
  });

  it('refuses bytes that are not UTF-8', () => {
    expect(() => split(Buffer.from([0xc3, 0x28, 10]))).toThrow(
      'the agent answered with bytes that are not text: "Ã("',
    );
  });
});
