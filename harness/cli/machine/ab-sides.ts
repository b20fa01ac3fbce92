import { usageError } from '../../../core/error.ts';
import { parseRuntimes, type RuntimeSpec } from '../../runtimes/spec.ts';

/** One side of an A/B run as it was typed. */
export interface AbSide {
  /** For people: `image=trixie nspawn`. */
  name: string;
  /** `undefined`: the default image. */
  image: string | undefined;
  specs: RuntimeSpec[];
}

const IMAGE = 'image=';

/**
 * Reads what `--a` or `--b` was given: runtime specs, and `image=NAME` at most once. What a side does not say is as
 * `--image` and `--runtime` say for both. Errors: those of `parseRuntimes`, and `image-twice`.
 */
export function parseSide(
  words: readonly string[],
  both: { image: string | undefined; runtimes: readonly string[] },
): AbSide {
  const images = words.filter((word) => word.startsWith(IMAGE)).map((word) => word.slice(IMAGE.length));
  if (images.length > 1) {
    throw usageError('image-twice', `a side has one image, not ${images.join(' and ')}`);
  }
  const runtimes = words.filter((word) => !word.startsWith(IMAGE));
  return {
    name: words.length === 0 ? 'as it is' : words.join(' '),
    image: images[0] ?? both.image,
    specs: parseRuntimes(runtimes.length > 0 ? runtimes : both.runtimes),
  };
}

/** Errors: `unequal-sides`, where not every runtime of A has one of B. */
export function requirePairs(a: AbSide, b: AbSide): void {
  if (a.specs.length === b.specs.length) return;
  const listed = ({ specs }: AbSide): string => specs.map(({ id }) => id).join(', ');
  throw usageError('unequal-sides', `A has ${listed(a)}, B has ${listed(b)}: they are compared one by one`, {
    hint: 'give both sides as many runtimes',
  });
}
