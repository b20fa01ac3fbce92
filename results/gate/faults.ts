import {
  CST,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  Parser,
  type Document,
  type Node,
} from 'yaml';
import { usageError, type TwinbootError } from '../../core/error.ts';
import { nearest } from '../../core/suggest.ts';
import { plainLine } from '../../core/text.ts';
import { shortened } from '../migrate.ts';
import { valueAt } from '../value-at.ts';

/** A place in the file, by the keys and positions that lead to it; `key`: the key itself, not its value. */
export interface Place {
  path: readonly PropertyKey[];
  key?: boolean;
}

/** Something in the file that cannot be meant. */
export interface Fault extends Place {
  /** What is wrong and what would be right, in one line. */
  text: string;
}

/** A YAML file that was read, and where in it everything stands. */
export interface PlacedDocument {
  /** Plain data. */
  data: unknown;
  /** 0-based position of a place in the text. */
  offsetOf(place: Place): number;
  /** `twinboot.yaml:9:3`; lines and columns count from 1. */
  at(offset: number): string;
}

/** Errors: `bad-gate-file` where the text is no YAML, with the place. */
export function parsePlaced(text: string, file: string): PlacedDocument {
  if (isTooDeep(text))
    throw badFile(file, [`${file}: more than ${MOST_LEVELS} levels lie within each other`]);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const at = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${file}:${line}:${col}`;
  };
  // Of an unknown tag YAML only warns, and what it made of the value is a guess.
  const faults = [...document.errors, ...document.warnings];
  if (faults.length > 0)
    throw badFile(
      file,
      faults.map(({ pos, message }) => `${at(pos[0])}: ${message}`),
    );
  return { data: dataOf(document, file), offsetOf: (place) => offsetOf(document, place), at };
}

/** Levels of nesting that are read; a gate has five. */
const MOST_LEVELS = 100;

/** Asked first, since `parseDocument` calls itself for each level, and some thousand of them end the whole process. */
function isTooDeep(text: string): boolean {
  // Each level takes a character.
  if (text.length <= MOST_LEVELS) return false;
  const left = [...new Parser().parse(text)].map((token) => ({ token, level: 0 }));
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    if (next.level > MOST_LEVELS) return true;
    const level = next.level + 1;
    left.push(...tokensIn(next.token).map((token) => ({ token, level })));
  }
  return false;
}

function tokensIn(token: CST.Token): CST.Token[] {
  if (token.type === 'document') return token.value === undefined ? [] : [token.value];
  return CST.isCollection(token)
    ? token.items.flatMap(({ key, value }) => [key ?? [], value ?? []].flat())
    : [];
}

function dataOf(document: Document, file: string): unknown {
  try {
    return document.toJS();
  } catch (error) {
    // Aliases that multiply beyond reason are refused only when they are followed.
    throw badFile(file, [`${file}: ${error instanceof Error ? error.message : String(error)}`]);
  }
}

/** Of the innermost node on the way that exists. */
function offsetOf(document: Document, { path, key = false }: Place): number {
  let node: Node | null | undefined = document.contents;
  let offset = node?.range?.[0] ?? 0;
  for (const [index, step] of path.entries()) {
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(step));
      if (pair === undefined) return offset;
      const keyOffset = (pair.key as Node).range?.[0] ?? offset;
      node = pair.value as Node | null;
      // A key without a value: its value has no place of its own.
      const wantsKey = (key && index === path.length - 1) || isEmpty(node);
      offset = wantsKey ? keyOffset : (node?.range?.[0] ?? keyOffset);
    } else if (isSeq(node)) {
      node = node.items[Number(step)] as Node | undefined;
      offset = node?.range?.[0] ?? offset;
    } else return offset;
  }
  return offset;
}

function isEmpty(node: Node | null): boolean {
  return node === null || (isScalar(node) && node.value === null);
}

const SHOWN_FAULTS = 10;
const LINE_CHARACTERS = 2000;

/** All faults of a file as one usage error (`bad-gate-file`), one line each, from top to bottom. */
export function faultsError(file: string, document: PlacedDocument, faults: readonly Fault[]): TwinbootError {
  const placed = faults.map((fault) => ({ offset: document.offsetOf(fault), text: fault.text }));
  placed.sort((a, b) => a.offset - b.offset);
  return badFile(
    file,
    placed.map((fault) => `${document.at(fault.offset)}: ${fault.text}`),
  );
}

function badFile(file: string, faults: readonly string[]): TwinbootError {
  // They quote the file, whose names and values may hold line breaks and worse.
  const lines = faults.map((fault) => plainLine(fault, LINE_CHARACTERS));
  const [only, ...rest] = lines;
  if (only !== undefined && rest.length === 0) return usageError('bad-gate-file', only);
  const shown = lines.slice(0, SHOWN_FAULTS);
  const more = lines.length > shown.length ? [`and ${lines.length - shown.length} more`] : [];
  const body = [...shown, ...more].map((line) => `\n  ${line}`).join('');
  return usageError('bad-gate-file', `${file} has ${lines.length} faults:${body}`);
}

/** `did you mean "rounds"?`, or what is known where nothing is near: there are too many metrics to list each time. */
export function guess(typed: string, known: readonly string[]): string {
  const near = nearest(typed, known);
  return near === undefined ? `known: ${known.join(', ')}` : `did you mean "${near}"?`;
}

export function foundAt(data: unknown, path: readonly PropertyKey[]): string {
  return shortened(valueAt(data, path));
}
