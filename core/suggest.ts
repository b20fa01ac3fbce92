import { usageError } from './error.ts';
import { distance } from 'fastest-levenshtein';

/** The known word nearest to what was typed, if it is near enough to be a slip of the fingers. Case does not count. */
export function nearest(typed: string, known: readonly string[]): string | undefined {
  const longest = Math.max(0, ...known.map((word) => word.length + allowedSlips(word)));
  if (typed.length > longest) return undefined;
  const [best] = known
    .map((word) => ({ word, slips: distance(typed.toLowerCase(), word.toLowerCase()) }))
    .filter(({ word, slips }) => slips <= allowedSlips(word))
    .sort((a, b) => a.slips - b.slips);
  return best?.word;
}

/** With two slips any word of two or three letters would be near to any other. */
function allowedSlips(word: string): number {
  return word.length <= 3 ? 1 : Math.max(2, Math.floor(word.length / 3));
}

/** `did you mean "nspawn"? Known: nspawn, qemu`, or the known words alone: the tail of every unknown-word message. */
export function suggestion(typed: string, known: readonly string[]): string {
  const guess = nearest(typed, known);
  return guess === undefined
    ? `known: ${known.join(', ')}`
    : `did you mean "${guess}"? Known: ${known.join(', ')}`;
}

/** The one with this id. Errors: `unknown-<what>` (usage), with the nearest match. */
export function findById<T extends { id: string }>(what: string, id: string, all: readonly T[]): T {
  const found = all.find((one) => one.id === id);
  if (found !== undefined) return found;
  const hint = suggestion(
    id,
    all.map((one) => one.id),
  );
  throw usageError(`unknown-${what}`, `unknown ${what} "${id}"`, { hint });
}
