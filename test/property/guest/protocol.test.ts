import { describe, expect } from 'vitest';
import {
  createLineSplitter,
  CUT_MARK,
  inQuestions,
  parseGuestClock,
  parseReady,
} from '../../../harness/guest/protocol.ts';
import { limits } from '../../../harness/parse/answer-limits.ts';
import {
  drawn,
  holds,
  inChunks,
  lists,
  oddText,
  staysQuick,
  unlessRefused,
  same,
} from '../../support/property.ts';

function linesOf(chunks: readonly Buffer[]): string[] {
  const lines: string[] = [];
  const split = createLineSplitter((line) => lines.push(line));
  for (const chunk of chunks) split(chunk);
  return lines;
}

describe('lines of a stream', () => {
  const bytes = drawn((draw) => {
    const whole = Buffer.concat(
      draw.some(6, () =>
        draw.chance(0.3)
          ? Buffer.from([draw.int(0, 255), draw.int(128, 255)])
          : Buffer.from(`${oddText(draw)}\n`),
      ),
    );
    return { whole, chunks: inChunks(draw, whole) };
  });

  holds('are the same however it is cut, and those of the text itself', bytes, ({ whole, chunks }) => {
    const [, ...lines] = new TextDecoder('utf-8', { ignoreBOM: true }).decode(whole).split('\n').reverse();
    // A character that a newline cuts short is replaced on either side of it.
    const expected = lines.reverse().map((line) => line.replace(/\r$/, ''));
    same(linesOf(chunks), expected);
  });

  const long = drawn((draw) => draw.int(limits.lineBytes - 2, limits.lineBytes + 2));
  const short = Buffer.from('\nshort\n');
  const full = Buffer.alloc(limits.lineBytes + 2, 'x');

  holds('are cut where they are too long, and the next one is whole', long, (length) => {
    const [first = '', second] = linesOf([full.subarray(0, length), short]);
    same(first.length, length <= limits.lineBytes ? length : limits.lineBytes + CUT_MARK.length);
    same(second, 'short');
  });
});

describe('the guest’s clock', () => {
  const clock = drawn((draw) => ({ ns: draw.int(0, 2 ** 50), cs: draw.int(0, 2 ** 30), odd: oddText(draw) }));

  holds('is read to its last digit, and nothing else is a clock', clock, ({ ns, cs, odd }) => {
    same(parseGuestClock(`ns ${ns}`)?.guestMs, ns / 1e6);
    expect(parseGuestClock(`s ${(cs / 100).toFixed(2)}`)?.guestMs).toBeCloseTo(cs * 10, 5);
    for (const text of [odd, `ns ${odd}`, `s ${odd}`, `ns ${ns}${odd}`]) {
      const { guestMs } = parseGuestClock(text) ?? {};
      if (guestMs !== undefined) expect(text).toMatch(/^(?:ns \d{1,18}|s \d{1,9}\.\d{1,9})$/);
    }
    unlessRefused(() => parseReady(`TWINBOOT 2 READY ${odd}`));
  });

  staysQuick('READY', ['TWINBOOT 2 READY ns ', 'TWINBOOT ', 's 1.'], parseReady);
});

describe('words of arguments', () => {
  const words = lists(8, (draw) =>
    draw.of(['a', 'é', 'x']).repeat(draw.int(1, draw.chance(0.1) ? 5000 : 900)),
  );

  holds('are asked once each, in their order, in questions that are written whole', words, (some) => {
    const questions = inQuestions(some);
    same(questions.flat(), some);
    for (const group of questions) {
      expect(group.length).toBeGreaterThan(0);
      if (group.length > 1) expect(Buffer.byteLength(group.join(' '))).toBeLessThanOrEqual(4000);
    }
  });
});
