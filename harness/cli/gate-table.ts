import { colouredLine, printedBlocks, type Colour, type Printed } from '../../core/printed.ts';
import { plainLine } from '../../core/text.ts';
import type { GateResult, GateRow, GateVerdict } from '../../results/gate/verdict.ts';
import { footnotes as markFootnotes, markedMetric, markedSubject, together } from '../../results/marks.ts';

const marks: Readonly<Record<GateVerdict, string>> = {
  pass: '✓',
  fail: '✗',
  inconclusive: '?',
  skipped: '-',
};

/** A gate's result for people: a block for each subject, the warnings, and why in one sentence last. */
export function gateTable(result: GateResult, { colour = false }: { colour?: boolean } = {}): Printed {
  const { rows, warnings, baseline, why } = result;
  const subjects = [...new Set(rows.map(({ subject }) => subject))];
  const widths = [
    Math.max(...rows.map((row) => ruleText(row).length), 0),
    Math.max(...rows.map(({ measured }) => plainLine(measured).length), 0),
  ] as const;
  const blocks = subjects.map((subject) => {
    const own = rows.filter((row) => row.subject === subject);
    const heading = markedSubject(plainLine(subject), together(own));
    return [heading, ...own.flatMap((row) => rowLines(row, widths, colour))];
  });
  const footnotes = [
    ...(baseline === undefined ? [] : [`baseline: run ${plainLine(baseline)}`]),
    ...markFootnotes(rows),
    ...warnings.map((warning) => `! ${plainLine(warning)}`),
  ];
  return printedBlocks([...blocks, footnotes, [plainLine(why, 1000)]]);
}

const ruleText = (row: GateRow): string => markedMetric(plainLine(row.rule), row);

function rowLines(
  row: GateRow,
  [ruleWidth, measuredWidth]: readonly [number, number],
  colour: boolean,
): (string | Printed)[] {
  const mark = row.failed ? marks.fail : marks[row.verdict];
  const cells = [
    ruleText(row).padEnd(ruleWidth),
    plainLine(row.measured).padEnd(measuredWidth),
    plainLine(row.limit),
  ];
  const reason = row.reason === undefined ? [] : [`      ${row.verdict}: ${plainLine(row.reason, 1000)}`];
  const head = colouredLine([
    { text: '  ' },
    { text: mark, colour: colour ? colourOf(row) : undefined },
    { text: ` ${cells.join('  ').trimEnd()}` },
  ]);
  return [head, ...reason];
}

function colourOf({ failed, verdict }: GateRow): Colour {
  if (failed) return 'red';
  return verdict === 'pass' ? 'green' : 'yellow';
}
