import { trendOf, type Stretch } from '../../../results/statistics/trend.ts';
import { drawBoot, type NoiseId } from '../noise.ts';
import { count } from '../simulate.ts';
import type { Rate, Study } from '../study.ts';

const RECORDS = 50;
/** The median of ten boots of CV 5 % has an SD of about 2 %. */
const QUIET = 0.4;

/** A history as it really was: the level of each record, as a share of the first. */
interface Truth {
  title: string;
  level: (record: number) => number;
  /** Of the drawn noise. */
  scale: number;
  isFound: (found: readonly Stretch[]) => boolean;
  atLeast: number;
}

const truths: readonly Truth[] = [
  {
    title: 'step of 10 %, noise of 2 %: found, within one record',
    level: (record) => (record < 25 ? 1 : 1.1),
    scale: QUIET,
    isFound: (found) => found.some(({ from }) => Math.abs(from - 25) <= 1),
    atLeast: 0.9,
  },
  {
    title: 'creep of 0.5 % a record, noise of 5 %: called a creep',
    level: (record) => 1 + 0.005 * record,
    scale: 1,
    isFound: (found) => found.some(({ creep }) => creep !== undefined),
    atLeast: 0.9,
  },
];

export const changePoints: Study = {
  id: 'change-points',
  question: 'How often does history find a change that is none, and one that is?',
  run: ({ trials, seed }) => [
    ...(['normal', 'log-normal', 'heavy-tailed'] as const).map((noise): Rate => {
      const happened = count(trials, seed, (random) => {
        const values = seriesOf(noise, () => 1, 1, random);
        return isChanged(trendOf(values, { level: 0.05, minEffect: 0.05, seed: random.below(2 ** 31) }));
      });
      return {
        title: `history, no change, ${noise}, ${RECORDS} records: one found`,
        happened,
        trials,
        atMost: 0.05,
      };
    }),
    ...truths.map(({ title, level, scale, isFound, atLeast }): Rate => {
      const happened = count(trials, seed, (random) => {
        const values = seriesOf('normal', level, scale, random);
        return isFound(trendOf(values, { level: 0.05, minEffect: 0.05, seed: random.below(2 ** 31) }));
      });
      return { title: `history, ${title}`, happened, trials, atLeast };
    }),
  ],
};

function isChanged([first, ...others]: readonly Stretch[]): boolean {
  return others.length > 0 || first?.creep !== undefined;
}

function seriesOf(
  noise: NoiseId,
  level: Truth['level'],
  scale: number,
  random: Parameters<typeof drawBoot>[2],
): number[] {
  return Array.from({ length: RECORDS }, (_, record) => {
    const [value = NaN] = drawBoot(noise, 1, random);
    return level(record) * (1 + scale * (value - 1));
  });
}
