import { describe, expect } from 'vitest';
import { lastTargetIn, trackStarts, waitedForIn } from '../../../harness/guest/console-jobs.ts';
import { readConsoleLines } from '../../../harness/guest/console.ts';
import { drawn, holds, inChunks, lists, oddText, staysQuick, same } from '../../support/property.ts';

function linesOf(chunks: readonly Buffer[]): string[] {
  const lines: string[] = [];
  const reader = readConsoleLines((line) => lines.push(line));
  for (const chunk of chunks) reader.take(chunk, 0);
  reader.end(0);
  return lines;
}

const COLOURS = [
  '',
  '\u001b[0;1;31m',
  '\u001b[0m',
  '\u001b[!p',
  '\u001b[12345;1H',
  '\u001b]0;title\u0007',
  '\r',
];

describe('a console', () => {
  const bytes = drawn((draw) => {
    const words = draw.some(5, () => `boot ${draw.int(0, 999)}`);
    const text = words.map((line) => `${draw.of(COLOURS)}${line}${draw.of(COLOURS)}`).join('\n');
    const junk = draw.chance(0.3) ? oddText(draw).replaceAll('\ufeff', '') : '';
    const whole = Buffer.from(`${text}\n${junk}`);
    return { words, whole, chunks: inChunks(draw, whole) };
  });

  holds(
    'gives the same lines however it is cut, without colours and controls',
    bytes,
    ({ words, whole, chunks }) => {
      const lines = linesOf(chunks);
      same(lines, linesOf([whole]));
      if (words.length > 0) same(lines.slice(0, words.length), words);
      // eslint-disable-next-line no-control-regex -- they are what must not be there
      for (const line of lines) expect(line).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/u);
    },
  );

  staysQuick('lines', ['\u001b[', '\u001b]0;', '\u001b', '\u009b'], (text) => linesOf([Buffer.from(text)]));
});

describe('starts', () => {
  const UNITS = ['a.service - A', 'b.service - Bee (x)', 'dev-c.device - /dev/c', 'Some description'];
  const story = lists(10, (draw) => {
    const unit = draw.of(UNITS);
    return draw.of([
      { line: `         Starting ${unit}...`, begun: unit },
      { line: `[  OK  ] Started ${unit}.`, over: unit },
      { line: `[FAILED] Failed to start ${unit}.`, over: unit },
      { line: `noise ${oddText(draw)}` },
      { line: '[  OK  ] Started  - .' },
      { line: `[${oddText(draw, 2).replaceAll(/[[\]]/g, '')}x` },
    ] as { line: string; begun?: string; over?: string }[]);
  });

  holds('are begun until they are over, whatever stands between', story, (lines) => {
    const [starts, expected] = [trackStarts(), new Set<string>()];
    for (const { line, begun, over } of lines) {
      starts.take(line);
      if (begun !== undefined) expected.add(begun);
      if (over !== undefined) expected.delete(over);
    }
    same(new Set(starts.begun()), expected);
  });
});

describe('what a boot waits for', () => {
  const tail = lists(8, (draw) => {
    const unit = draw.of(['a.service', 'Wait (for) it', 'b.mount - /b']);
    return draw.chance(0.5)
      ? { line: `[**    ] A start job is running for ${unit} (${draw.int(1, 90)}s / no limit)`, unit }
      : { line: oddText(draw) };
  });

  holds('is named once each', tail, (lines) => {
    const units = lines.flatMap(({ unit }) => unit ?? []);
    same(waitedForIn(lines.map(({ line }) => line)), [...new Set(units)]);
  });

  // A line of the console has a thousand characters.
  staysQuick(
    'lines',
    ['A start job is running for ', 'Reached target ', '         Starting ', '[  OK  ] Started '],
    (text) => {
      const lines = Array.from({ length: 40 }, () => text.slice(0, 1000));
      const starts = trackStarts();
      lines.forEach((line) => starts.take(line));
      return [waitedForIn(lines), lastTargetIn(lines), starts.begun()];
    },
  );
});
