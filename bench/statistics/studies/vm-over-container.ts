import { createRandom, type Random } from '../../../core/random.ts';
import { createBootstrap, type Bootstrap } from '../../../results/statistics/bootstrap.ts';
import type { Interval } from '../../../results/statistics/interval.ts';
import { dividedByRound } from '../../../results/ratio.ts';
import { median } from '../../../results/statistics/quantile.ts';
import { drawBoot, drawLevels, drawShifts, type NoiseId } from '../noise.ts';
import type { Rate, Study, StudyOptions } from '../study.ts';

const TRUE_RATIO = 40;
const SIZES = [6, 12, 20] as const;

/** The share of runs whose interval has to hold the true ratio: 95 %, less what few values allow. */
const AT_LEAST = 0.935;

/** Which estimator of a VM over a container keeps its promise, where both share the rounds of one host. */
export const vmOverContainer: Study = {
  id: 'vm-over-container',
  question: 'How often does the 95 % interval of a VM over a container hold the true ratio?',
  run: (options) => hosts.flatMap((host) => SIZES.flatMap((n) => ratesOf(host, n, options))),
};

/** The host during a run of interleaved rounds. */
interface Host {
  title: string;
  noise: NoiseId;
  /** How much longer all takes in each round. */
  levels: (rounds: number, random: Random) => number[];
  /** The probability that a round has lost a side. */
  lost?: number;
}

const steady = (rounds: number): number[] => new Array<number>(rounds).fill(1);

const hosts: readonly Host[] = [
  { title: 'normal', noise: 'normal', levels: steady },
  { title: 'log-normal', noise: 'log-normal', levels: steady },
  { title: 'heavy-tailed', noise: 'heavy-tailed', levels: steady },
  {
    title: 'drifting',
    noise: 'drifting',
    levels: (rounds, random) => drawLevels('drifting', rounds, random),
  },
  { title: 'shifting', noise: 'normal', levels: drawShifts },
  { title: 'shifting, 30 % of rounds lost a side', noise: 'normal', levels: drawShifts, lost: 0.3 },
];

type Side = Map<number, number>;

interface Estimator {
  title: string;
  estimate: (vm: Side, container: Side, bootstrap: Bootstrap) => { ratio?: number; interval?: Interval };
}

/** The one that twinboot takes, and its rival. */
const [ours, rival]: readonly [Estimator, Estimator] = [
  {
    title: 'median of ratios by round',
    estimate: (vm, container, bootstrap) => {
      const ratios = dividedByRound(vm, container);
      return optional(median(ratios), bootstrap.median(ratios));
    },
  },
  {
    title: 'ratio of medians',
    estimate: (vm, container, bootstrap) => {
      const [above, below] = [[...vm.values()], [...container.values()]];
      const ratio = (median(above) ?? NaN) / (median(below) ?? NaN);
      return optional(ratio, bootstrap.ratio(above, below));
    },
  },
];

function optional(ratio: number | undefined, interval: Interval | undefined) {
  return { ...(ratio !== undefined && { ratio }), ...(interval && { interval }) };
}

/** Both estimators see the same runs. */
function ratesOf(host: Host, n: number, { coverageTrials: trials, seed }: StudyOptions): Rate[] {
  const random = createRandom(seed);
  const bootstrap = createBootstrap(seed);
  const tallies = [ours, rival].map((estimator) => ({ estimator, holds: 0, errors: 0, widths: 0 }));
  for (let trial = 0; trial < trials; trial += 1) {
    const { vm, container } = drawRun(host, n, random);
    for (const tally of tallies) {
      const { ratio = NaN, interval } = tally.estimator.estimate(vm, container, bootstrap);
      const { low, high } = interval ?? { low: NaN, high: NaN };
      if (low <= TRUE_RATIO && TRUE_RATIO <= high) tally.holds += 1;
      tally.errors += Math.log(ratio / TRUE_RATIO);
      tally.widths += Math.log(high / low);
    }
  }
  return tallies.map(({ estimator, holds, errors, widths }) => ({
    title: `VM over container, ${host.title}, n = ${n}, ${estimator.title}: holds the true ratio`,
    happened: holds,
    trials,
    remark: `off by ${percent(errors / trials)}, interval ${percent(widths / trials)} wide`,
    ...(estimator === ours && (host.lost === undefined || n > SIZES[0]) ? { atLeast: AT_LEAST } : {}),
  }));
}

/** One run; without two rounds that have both sides it has no interval, and is drawn again. */
function drawRun(
  { noise, levels, lost = 0 }: Host,
  n: number,
  random: Random,
): { vm: Side; container: Side } {
  const run = { vm: new Map<number, number>(), container: new Map<number, number>() };
  const boot = (): number => drawBoot(noise, 1, random)[0] ?? NaN;
  levels(n, random).forEach((level, round) => {
    const loser = random.unit() >= lost ? undefined : random.unit() < 0.5 ? 'vm' : 'container';
    if (loser !== 'vm') run.vm.set(round, TRUE_RATIO * level * boot());
    if (loser !== 'container') run.container.set(round, level * boot());
  });
  const shared = [...run.vm.keys()].filter((round) => run.container.has(round));
  return shared.length > 1 ? run : drawRun({ title: '', noise, levels, lost }, n, random);
}

function percent(share: number): string {
  const rounded = (share * 100).toFixed(1);
  return `${rounded === '-0.0' ? '0.0' : rounded} %`;
}
