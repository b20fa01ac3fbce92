import { blocksOf } from './blocked-permutation.ts';
import { leastP } from './permutation.ts';

/** A test of the values so far, and how much of the probability of a wrong decision it may spend. */
export interface Look {
  /** After which round. */
  round: number;
  /** Of a false alarm in the whole family: corrected p values have to reach it. 0: this look can raise none. */
  alarmLevel: number;
  /** Of a false pass of one pair. */
  passLevel: number;
}

const FIRST_ROUND = 6;

/** The probability that a pair passes although it differs by the minimum effect: one end of a 95 % interval. */
const FALSE_PASS = 0.025;

/**
 * The rounds after which to look: 6, 8, 10, 12, 14, 16, 18, 20, 24, 28, 32, 38, 44, … and the last. Even ones, because
 * each side has then been first equally often where the order alternates.
 */
export function looks(maxRounds: number): number[] {
  const rounds: number[] = [];
  for (let round = FIRST_ROUND; round < maxRounds;) {
    rounds.push(round);
    // Later on a fifth more rounds, so that each look sees something new.
    round += Math.max(2, 2 * Math.floor(round / 10));
  }
  return [...rounds, maxRounds];
}

export interface LookPlan {
  /** Rounds that have been measured. */
  round: number;
  maxRounds: number;
  /** true: no round follows though more were planned. */
  last: boolean;
  /** Bound on the probability of any false alarm. */
  alpha: number;
  /** How many pairs are tested. */
  familySize: number;
}

/**
 * The looks up to `round`. A spending function fixes beforehand what may be spent until a round (K. K. G. Lan and D. L.
 * DeMets, Biometrika 70, 1983; Statistics in Medicine 13, 1994). This one is like Pocock's bounds:
 * alpha · ln(1 + (e - 1) · round / maxRounds). The level of a look is what has been added since the last one. Levels
 * add up to alpha, so the bound holds however the looks depend on each other; it is somewhat strict, as they are much
 * alike. Where no p can reach the level of a look, because of so few rounds, the look spends nothing and leaves it to
 * the next.
 */
export function planLooks({ round, maxRounds, last, alpha, familySize }: LookPlan): Look[] {
  const planned = looks(maxRounds).filter((planned) => planned <= round);
  const rounds = last && planned.at(-1) !== round ? [...planned, round] : planned;
  const share = (at: number): number =>
    last && at === round ? 1 : Math.log1p((Math.E - 1) * Math.min(1, at / maxRounds));

  let alarmSpent = 0;
  let passSpent = 0;
  return rounds.map((at) => {
    const least = blocksOf(at).reduce((p, block) => (p * leastP(block)) / 2, 2);
    const alarm = alpha * share(at) - alarmSpent;
    const pass = FALSE_PASS * share(at) - passSpent;
    const alarmLevel = least * familySize <= alarm ? alarm : 0;
    const passLevel = least / 2 <= pass ? pass : 0;
    alarmSpent += alarmLevel;
    passSpent += passLevel;
    return { round: at, alarmLevel, passLevel };
  });
}
