import { blocksOf } from './blocked-permutation.ts';
import { leastP } from './permutation.ts';

/** When `ab` looks at its values, and how much of the probability of a wrong decision it may spend there. */
export interface Look {
  /** After which round. */
  round: number;
  /** Of a false alarm, over the whole family: corrected p values have to reach it. 0: none can be raised. */
  alarmLevel: number;
  /** Of a false pass, for each metric. */
  passLevel: number;
}

const FIRST_ROUND = 6;

/** Of a metric that passes although it changed by the minimum effect: as at one end of a 95 % interval. */
const FALSE_PASS = 0.025;

/**
 * After which rounds to look: 6, 8, 10, 12, 14, 16, 18, 20, 24, 28, 32, 38, 44, … and the last. Even ones: with the
 * order alternated, each side has then been first equally often.
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
  /** true: the run ends with `round` though more were planned. */
  last: boolean;
  /** Bound on the probability of any false alarm. */
  alpha: number;
  /** How many pairs there are. */
  familySize: number;
}

/**
 * The looks up to `round`. What may be spent until a round is fixed beforehand, by the spending function of K. K. G. Lan
 * and D. L. DeMets (Biometrika 70, 1983; Statistics in Medicine 13, 1994) that is like Pocock's bounds:
 * alpha · ln(1 + (e - 1) · round / maxRounds). The level of a look is what has been added since the last one. Levels add
 * up to alpha, so that the bound holds whatever looks have to do with each other (and is a bit too strict, as they are
 * much alike). A look after so few rounds that no p can reach its level spends nothing, and leaves it to the next.
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
