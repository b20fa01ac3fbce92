import type { Random } from '../../../core/random.ts';
import { drawNormal } from '../../../results/statistics/normal.ts';
import { directionOf, DRIFT_ALPHA, findDrifts, type Direction } from '../../../results/statistics/drifts.ts';
import { drawBoot, type NoiseId } from '../noise.ts';
import { count } from '../simulate.ts';
import type { Rate, Study, StudyOptions } from '../study.ts';

/** Of each of two runtimes. */
const METRICS = 20;
/** Where a host is slow for a while: the correlation of its speed in neighbouring rounds. */
const BURST = 0.5;

const steadyNoises = ['normal', 'log-normal', 'heavy-tailed'] as const satisfies readonly NoiseId[];

/** The figures of a container and those of a VM, the first half of which move with `levels`: its times, say. */
function drawRun(
  { noise, rounds, levels }: { noise: NoiseId; rounds: number; levels?: readonly number[] },
  random: Random,
): number[][][] {
  const sides = [1, 2].map(() => Array.from({ length: rounds }, () => drawBoot(noise, METRICS, random)));
  const [container = [], vm = []] = sides;
  const moved = vm.map((boot, round) =>
    boot.map((value, metric) => (metric < METRICS / 2 ? value * (levels?.[round] ?? 1) : value)),
  );
  const seriesOf = (of: (round: number, metric: number) => number): number[][] =>
    Array.from({ length: METRICS }, (_, metric) =>
      Array.from({ length: rounds }, (__, round) => of(round, metric)),
    );
  return [container, moved].map((boots) => seriesOf((round, metric) => boots[round]?.[metric] ?? NaN));
}

function falseMarks(noise: NoiseId, rounds: number, { trials, seed }: StudyOptions): Rate {
  const happened = count(trials, seed, (random) => marksIn({ noise, rounds }, random).some(isFound));
  return {
    title: `run, nothing drifts, ${noise}, ${METRICS * 2} figures, n = ${rounds}: any marked as drifting`,
    happened,
    trials,
    atMost: DRIFT_ALPHA,
  };
}

/** Each boot is like the one before it: the host is slow for a while, and nothing goes one way. */
function inBursts(rounds: number, { trials, seed }: StudyOptions): Rate {
  const happened = count(trials, seed, (random) => {
    let level = drawNormal(random);
    const levels = Array.from({ length: rounds }, () => {
      level = BURST * level + Math.sqrt(1 - BURST ** 2) * drawNormal(random);
      return 1 + 0.1 * level;
    });
    return marksIn({ noise: 'normal', rounds, levels }, random).some(isFound);
  });
  const title = `run, slow and quick for some rounds, ${METRICS * 2} figures, n = ${rounds}: any marked as drifting`;
  return { title, happened, trials, remark: 'rounds are not independent: no promise' };
}

/** A fall in a line, in half of the figures of the VM. */
const falls = [
  { percent: 25, rounds: 5 },
  { percent: 25, rounds: 6 },
  { percent: 25, rounds: 10, atLeast: 0.95 },
  { percent: 10, rounds: 10 },
  { percent: 10, rounds: 20 },
];

function found({ percent, rounds, ...bound }: (typeof falls)[number], { trials, seed }: StudyOptions): Rate {
  const levels = Array.from({ length: rounds }, (_, round) => 1 - (percent / 100) * (round / (rounds - 1)));
  const happened = count(
    trials,
    seed,
    (random) => marksIn({ noise: 'normal', rounds, levels }, random)[METRICS] === 'falls',
  );
  return {
    title: `run, half of a VM's figures fall by ${percent} %, CV 5 %, n = ${rounds}: one of them marked`,
    happened,
    trials,
    ...bound,
  };
}

/** Of the container's figures, then of the VM's, as `summarise` marks them. */
function marksIn(run: Parameters<typeof drawRun>[0], random: Random): (Direction | undefined)[] {
  const groups = drawRun(run, random);
  const drifting = findDrifts(groups, random);
  return groups.flatMap((group, place) =>
    group.map((values) => (drifting[place] === true ? directionOf(values) : undefined)),
  );
}

const isFound = (drift: unknown): boolean => drift !== undefined;

/** The marks of figures that go one way over the rounds of a run. */
export const drifts: Study = {
  id: 'drifts',
  question:
    'How often does a report mark a figure as drifting where nothing drifts, and where something does?',
  run: (options) => [
    ...steadyNoises.flatMap((noise) => [5, 6, 10, 20].map((rounds) => falseMarks(noise, rounds, options))),
    inBursts(20, options),
    ...falls.map((fall) => found(fall, options)),
  ],
};
