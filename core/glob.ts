export const ANY_TEXT = '*';

/** A part of a pattern: any text, or what one character may be. */
export type GlobPart = typeof ANY_TEXT | ((character: string) => boolean);

/**
 * Whether the parts match the whole text. A regular expression would try every division of the text among its `.*`,
 * which takes for ever with ten of them. Here, where a character does not match, only the last `*` takes one more: what
 * those before it took can stay as it is.
 */
export function matchesGlob(parts: readonly GlobPart[], text: string): boolean {
  let [part, at] = [0, 0];
  let retry: { part: number; at: number } | undefined;
  while (at < text.length) {
    const wanted = parts[part];
    if (wanted === ANY_TEXT) {
      part += 1;
      retry = { part, at };
    } else if (wanted?.(text.charAt(at)) === true) {
      part += 1;
      at += 1;
    } else if (retry !== undefined) {
      retry.at += 1;
      ({ part, at } = retry);
    } else return false;
  }
  return parts.slice(part).every((left) => left === ANY_TEXT);
}

/** A matcher of a pattern in which `*` stands for any text, and everything else for itself. */
export function starMatcher(pattern: string): (text: string) => boolean {
  const parts = pattern
    .split('')
    .map((wanted): GlobPart => (wanted === '*' ? ANY_TEXT : (character) => character === wanted));
  return (text) => matchesGlob(parts, text);
}
