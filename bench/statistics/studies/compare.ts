import { judge } from '../../../results/compare/judge.ts';
import { drawRecords } from '../family.ts';
import { noises, type NoiseId } from '../noise.ts';
import { count, isAlarm, neverNarrow } from '../simulate.ts';
import type { Rate, Study, StudyOptions } from '../study.ts';

const METRICS = 20;
const N = 20;

/** `compare` of two records of one and the same thing: whether any of all metrics raises an alarm. */
export const falseAlarms: readonly Study[] = (Object.keys(noises) as NoiseId[]).map((noise) => ({
  id: `false-alarms-${noise}`,
  question: `How often does compare call any of ${METRICS} equal metrics changed? Noise: ${noises[noise]}`,
  run: (options) => [rate(noise, 0, options), rate(noise, 0.05, options)],
}));

function rate(noise: NoiseId, minEffect: number, { trials, seed }: StudyOptions): Rate {
  const options = { alpha: 0.05, minEffect, seed };
  const happened = count(trials, seed, (random) =>
    judge(drawRecords({ noise, metrics: METRICS, n: N }, random), options, neverNarrow).some(isAlarm),
  );
  const title = `compare, A/A, ${noise}, ${METRICS} metrics, n = ${N}, minimum effect ${minEffect * 100} %`;
  if (noise === 'wandering') {
    return { title, happened, trials, remark: 'levels 1 % off: no promise' };
  }
  return { title, happened, trials, atMost: 0.05 };
}

/** What is promised for a family of 20, and what comes of it for a large one. */
const cases = [
  { n: 12, metrics: 20, atLeast: 0.8 },
  { n: 20, metrics: 20, atLeast: 0.9 },
  { n: 12, metrics: 60 },
  { n: 20, metrics: 60 },
];

export const power: Study = {
  id: 'power',
  question: 'How often does compare find that one metric is slower by 10 %?',
  run: ({ trials, seed }) =>
    cases.map(({ n, metrics, ...bound }) => {
      const options = { alpha: 0.05, minEffect: 0.05, seed };
      const happened = count(trials, seed, (random) => {
        const family = drawRecords({ noise: 'normal', metrics, n, factor: 1.1 }, random);
        return judge(family, options, neverNarrow)[0]?.verdict === 'regression';
      });
      const title = `compare, one of ${metrics} metrics slower by 10 %, CV 5 %, n = ${n}: found`;
      return { title, happened, trials, ...bound };
    }),
};
