import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { TwinbootError } from '../../core/error.ts';

/** Inputs for each property; `npm run fuzz` asks for more. */
const INPUTS = Number(process.env.TWINBOOT_FUZZ_INPUTS ?? 100_000);
/**
 * The same inputs every time, so that a test turns red by a change of the code alone; `npm run fuzz` draws new ones.
 */
const SEED = Number(process.env.TWINBOOT_FUZZ_SEED ?? 20_261_125);

// Most refusals are errors, and a stack takes longer than most parsers.
Error.stackTraceLimit = 3;

/**
 * A test that a property holds for every input. A failure names the smallest input found, the seed and the path to it.
 */
export function holds<T>(name: string, inputs: fc.Arbitrary<T>, check: (input: T) => void): void {
  it(name, () => fc.assert(fc.property(inputs, check), { numRuns: INPUTS, seed: SEED }));
}

/** The same for what answers later. */
export function holdsLater<T>(
  name: string,
  inputs: fc.Arbitrary<T>,
  check: (input: T) => Promise<void>,
): void {
  it(name, () => fc.assert(fc.asyncProperty(inputs, check), { numRuns: INPUTS, seed: SEED }));
}

/** Draws what an input is made of. */
export interface Draw {
  /** Both ends included. */
  int(min: number, max: number): number;
  of<T>(items: readonly T[]): T;
  /** True so often: 0 to 1. */
  chance(share: number): boolean;
  /** As many as are asked for, at most. */
  some<T>(most: number, one: (draw: Draw) => T): T[];
}

/** Inputs that a function draws; they are not made smaller when they fail. */
export function drawn<T>(generate: (draw: Draw) => T): fc.Arbitrary<T> {
  return new Drawn(generate, () => []);
}

/** Lists of what a function draws, which are made smaller by leaving entries out. */
export function lists<T>(most: number, one: (draw: Draw) => T): fc.Arbitrary<readonly T[]> {
  return new Drawn<readonly T[]>((draw) => draw.some(most, one), shorterLists);
}

/** One of fast-check's own for each character takes ten times as long. */
class Drawn<T> extends fc.Arbitrary<T> {
  readonly #generate: (draw: Draw) => T;
  readonly #shrink: (value: T) => Iterable<T>;

  constructor(generate: (draw: Draw) => T, shrink: (value: T) => Iterable<T>) {
    super();
    this.#generate = generate;
    this.#shrink = shrink;
  }

  override generate(random: fc.Random): fc.Value<T> {
    const draw: Draw = {
      int: (min, max) => random.nextInt(min, max),
      of: <Item>(items: readonly Item[]) => items[random.nextInt(0, items.length - 1)] as Item,
      chance: (share) => random.nextInt(1, 1000) <= share * 1000,
      some: (most, one) => Array.from({ length: random.nextInt(0, most) }, () => one(draw)),
    };
    return new fc.Value(this.#generate(draw), undefined);
  }

  override canShrinkWithoutContext(value: unknown): value is T {
    return value !== undefined;
  }

  override shrink(value: T): fc.Stream<fc.Value<T>> {
    return fc.stream(
      (function* (smaller) {
        for (const next of smaller) yield new fc.Value(next, undefined);
      })(this.#shrink(value)),
    );
  }
}

function* shorterLists<T>(list: readonly T[]): Generator<readonly T[]> {
  const half = Math.floor(list.length / 2);
  if (half > 0) yield* [list.slice(0, half), list.slice(half)];
  for (const index of list.keys()) yield list.toSpliced(index, 1);
}

const ODD = [
  ...[
    ' ',
    '  ',
    '\t',
    '\r',
    '\0',
    '\u0007',
    '\u001b[31m',
    '\u001b]0;',
    '\u009b',
    '\u2028',
    '\u00a0',
    '\u202e',
  ],
  ...[
    '\ufeff',
    '\ufffd',
    '\ud800',
    '\uffff',
    'é',
    '🐧',
    '"',
    "'",
    '\\',
    '\\n',
    '\\040',
    '`',
    '|',
    '<',
    '>',
    '&',
    '@',
  ],
  ...[
    '(',
    ')',
    '[',
    ']',
    '{',
    '}',
    '=',
    ':',
    ';',
    ',',
    '.',
    '..',
    '/',
    '-',
    '--',
    '#',
    '%',
    '$',
    '*',
    '+',
    '~',
    '^',
  ],
  ...[
    'a',
    'kB',
    'x'.repeat(70),
    '0',
    '-1',
    '1e9',
    '0x10',
    'NaN',
    'Infinity',
    '9'.repeat(40),
    '1.5',
    'constructor',
  ],
  ...['__proto__', 'undefined', 'null', 'true', 'END', 'BEGIN', 'TWINBOOT'],
];

/** One line of what nobody expects: odd characters, halves of them, numbers of all sizes, pieces of syntax. */
export function oddText(draw: Draw, most = 6): string {
  return draw.some(most, () => draw.of(ODD)).join('');
}

/** A line that somebody has broken: cut short, or with something odd within. */
export function broken(draw: Draw, line: string): string {
  const at = draw.int(0, line.length);
  const rest = draw.chance(0.5) ? '' : line.slice(at + draw.int(0, 3));
  return `${line.slice(0, at)}${oddText(draw, 2)}${rest}`;
}

/** A row of an input: with what it says where it is readable, without where it is junk. */
export interface Row<T> {
  text: string;
  says?: T;
}

/**
 * Readable rows and junk between them. `isReadable`: whether junk has come out readable after all, by the format's own
 * definition; such a row is left out.
 */
export function rows<T>(
  readable: (draw: Draw) => Required<Row<T>>,
  isReadable: (text: string) => boolean,
  most = 6,
): fc.Arbitrary<readonly Row<T>[]> {
  return lists<Row<T>>(most, (draw) => {
    const row = readable(draw);
    if (draw.chance(0.5)) return row;
    const text = draw.chance(0.5) ? oddText(draw) : broken(draw, row.text);
    return isReadable(text) ? row : { text };
  });
}

export const textOf = (some: readonly Row<unknown>[]): string => some.map(({ text }) => `${text}\n`).join('');

/** What the readable rows say, in their order. */
export function saidBy<T>(some: readonly Row<T>[]): T[] {
  return some.flatMap(({ says }) => (says === undefined ? [] : [says]));
}

/** What a bytes' worth of text may come over a wire as: the same, in pieces. */
export function inChunks(draw: Draw, bytes: Buffer): Buffer[] {
  const chunks: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    const end = at + draw.int(1, draw.chance(0.5) ? 3 : 100);
    chunks.push(bytes.subarray(at, end));
    at = end;
  }
  return chunks;
}

/** The result; `undefined` where one of twinboot's own errors was thrown. Any other error is thrown on. */
export function unlessRefused<T>(parse: () => T): T | undefined {
  try {
    return parse();
  } catch (error) {
    if (error instanceof TwinbootError) return undefined;
    throw error;
  }
}

/** As `toEqual`, which takes ten times as long where there is nothing to tell. */
export function same(actual: unknown, expected: unknown): void {
  if (!isDeepStrictEqual(actual, expected)) expect(actual).toEqual(expected);
}

const LONG = 100_000;
const LONG_MS = 500;
/** Between 4, for a time that is linear in the text, and 16, for one that is quadratic. */
const LONG_GROWTH = 8;
const REPEATED = [
  ...[
    ' ',
    '\t',
    '\n',
    '\r\n',
    'a',
    '0',
    '1 ',
    '\0',
    '/',
    '\\',
    '(',
    ')',
    '[',
    '{',
    '<',
    '"',
    "'",
    ':',
    '=',
    ',',
    '#',
  ],
  ...[
    '-',
    '.',
    '*',
    '\u001b',
    '\u001b[',
    ';#',
    ';1',
    ') S 1',
    ' (',
    'a=b\n',
    'a: 1 kB\n',
    '\u2028',
    '\ud800',
    '🐧',
  ],
];

/**
 * A test that nothing makes a parser take long or grow: 100 kB (or fewer `characters`, where each takes long) of every
 * sort of repetition behind each of its own words, each in half a second of CPU time or in time that grows no faster
 * than the text (a busy host is slow with every text), and with no more in the result than was in the text.
 */
export function staysQuick(
  name: string,
  words: readonly string[],
  parse: (text: string) => unknown,
  characters = LONG,
): void {
  it(`${name}: ${characters / 1000} kB of one thing take no time and no room`, () => {
    for (const word of ['', ...words]) {
      for (const unit of [...REPEATED, word].filter((text) => text !== '')) {
        const repeated = (length: number): string => `${word}${unit.repeat(length / unit.length)}${word}`;
        const text = repeated(characters);
        const { result, ms } = parsedIn(parse, text);
        const what = `${JSON.stringify(word)} and ${JSON.stringify(unit)} over and over`;
        if (ms > LONG_MS) {
          const growth = growthOf(parse, text, repeated(characters / 4));
          expect(growth, `times as long for 4 times ${what}, which takes ${ms} ms`).toBeLessThan(LONG_GROWTH);
        }
        expect(sizeOf(result), `size for ${what}`).toBeLessThan(10 * text.length + 10_000);
      }
    }
  });
}

/** What `parse` makes of `text`, and the CPU time that it takes. */
function parsedIn(parse: (text: string) => unknown, text: string): { result: unknown; ms: number } {
  const before = process.cpuUsage();
  const result = unlessRefused(() => parse(text));
  const { user, system } = process.cpuUsage(before);
  return { result, ms: (user + system) / 1000 };
}

/** How many times as long as `quarter` the whole `text` takes: the shortest of five times each, in turn. */
function growthOf(parse: (text: string) => unknown, text: string, quarter: string): number {
  const pairs = Array.from(
    { length: 5 },
    () => [parsedIn(parse, text).ms, parsedIn(parse, quarter).ms] as const,
  );
  return Math.min(...pairs.map(([whole]) => whole)) / Math.min(...pairs.map(([, part]) => part));
}

/** Characters, and eight for everything else. */
function sizeOf(value: unknown): number {
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object' || value === null) return 8;
  const parts: unknown[] =
    value instanceof Map ? [...value].flat() : Array.isArray(value) ? value : Object.entries(value).flat();
  return parts.reduce<number>((sum, part) => sum + sizeOf(part), 8);
}
