import { plainLine } from '../../core/text.ts';

/** What `guest/in-guest/work.pl` does, in the order in which it does it. */
export const operations = [
  'cpu',
  'system-call',
  'context-switch',
  'page-fault',
  'fork-exec',
  'tcp',
  'file-create',
  'fsync',
] as const;
export type Operation = (typeof operations)[number];

/**
 * Nanoseconds for one operation, in each batch, by the CLOCK_MONOTONIC of the kernel below the program; or why there
 * are none.
 */
export type OperationTimes = { batchesNs: number[] } | { reason: string };

/** What the program said where it ran once. */
export interface WorkFigures {
  /** Version of the interpreter; `undefined` where it is not said. */
  perl: string | undefined;
  times: Record<Operation, OperationTimes>;
}

const MOST_BATCHES = 20;

/**
 * The program's answer: `perl 5.40.1`, then for each operation `cpu 90.4 112.9 …` or `tcp - connect: Network is
 * unreachable`. An operation that it says nothing readable of has the reason. Untrusted: of two lines of one operation
 * the first counts.
 */
export function parseWork(lines: readonly string[]): WorkFigures {
  const perl = lines.map((line) => /^perl (\d{1,3}(?:\.\d{1,4}){1,3})$/.exec(line)?.[1]).find(Boolean);
  const timesOf = (operation: Operation): [Operation, OperationTimes] => {
    const line = lines.find((candidate) => candidate.startsWith(`${operation} `));
    return [operation, parseTimes(line?.slice(operation.length + 1))];
  };
  return { perl, times: Object.fromEntries(operations.map(timesOf)) as WorkFigures['times'] };
}

function parseTimes(text: string | undefined): OperationTimes {
  if (text === undefined) return { reason: 'the program ended before it' };
  if (text.startsWith('- ')) return { reason: plainLine(text.slice(2), 200) };
  const words = text.split(' ');
  const isReadable = words.length <= MOST_BATCHES && words.every((word) => /^\d{1,12}\.\d$/.test(word));
  if (!isReadable) return { reason: `the program said ${plainLine(text, 80)}` };
  return { batchesNs: words.map(Number) };
}

/** The same reason for every operation. */
export function noWork(reason: string): WorkFigures {
  const times = Object.fromEntries(operations.map((operation) => [operation, { reason }]));
  return { perl: undefined, times: times as WorkFigures['times'] };
}
