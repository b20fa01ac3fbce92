import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';

/** A seeded source of randomness: the same seed gives the same run order and the same resamples. */
export interface Random {
  /** A whole number from 0 up to, not including, `bound`; `bound` is whole and from 1 to 2³². */
  below(bound: number): number;
  /** A number in [0, 1) with 32 bits. */
  unit(): number;
  /** A new array in shuffled order (Fisher–Yates). */
  shuffle<T>(items: readonly T[]): T[];
}

/** `seed`: any safe integer; seeds that lie side by side give unrelated sequences. */
export function createRandom(seed: number): Random {
  if (!Number.isSafeInteger(seed)) throw new RangeError(`a seed is a whole number, not ${seed}`);
  const generator = xoroshiro128plusFromState(stateFrom(seed));
  const below = (bound: number): number => {
    if (!Number.isInteger(bound) || bound < 1 || bound > 2 ** 32) {
      throw new RangeError(`no whole number below ${bound}`);
    }
    return uniformInt(generator, 0, bound - 1);
  };
  return {
    below,
    unit: () => (generator.next() >>> 0) / 2 ** 32,
    shuffle: (items) => {
      const shuffled = [...items];
      for (let last = shuffled.length - 1; last > 0; last -= 1) {
        const pick = below(last + 1);
        [shuffled[last], shuffled[pick]] = [shuffled[pick] as never, shuffled[last] as never];
      }
      return shuffled;
    },
  };
}

/**
 * The generator's own seeding puts the bare seed into its state, so that its first numbers are `-1 - seed` and
 * its like: nearby seeds would begin nearly alike. Its authors advise to fill the state by another generator;
 * this is SplitMix with 32 bits, begun from both halves of the seed.
 */
function stateFrom(seed: number): number[] {
  let weyl = mix32(Math.floor(seed / 2 ** 32)) ^ (seed | 0);
  return [0, 1, 2, 3].map(() => {
    weyl = (weyl + 0x9e3779b9) | 0;
    return mix32(weyl);
  });
}

/** MurmurHash3's finaliser: every bit of the input stirs every bit of the output. */
function mix32(word: number): number {
  let mixed = word | 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
