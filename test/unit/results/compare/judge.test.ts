import { describe, expect, it } from 'vitest';
import { drawRecords } from '../../../../bench/statistics/family.ts';
import { count, isAlarm, neverNarrow } from '../../../../bench/statistics/simulate.ts';
import { createRandom as randomOf } from '../../../../core/random.ts';
import { createBootstrap } from '../../../../results/statistics/bootstrap.ts';
import { defaultJudgeOptions, type Judgement, type Pair } from '../../../../results/compare/comparison.ts';
import { judge } from '../../../../results/compare/judge.ts';

const bootstrap = createBootstrap(1);

function judgeOne(base: number[], next: number[], pair: Partial<Pair> = {}, options = {}): Judgement {
  const [judgement] = judge(
    [{ base, next, better: 'lower', ...pair }],
    { ...defaultJudgeOptions, ...options },
    bootstrap,
  );
  if (judgement === undefined) throw new Error('no judgement');
  return judgement;
}

/** 100 to 102, ten times; `factor` moves them. */
function tenValues(factor = 1): number[] {
  return [100, 101.1, 100.4, 101.7, 100.9, 102, 100.2, 101.3, 100.7, 101.5].map((value) => value * factor);
}

describe('the verdict', () => {
  it('is a regression or an improvement if the change is real and at least the minimum effect', () => {
    expect(judgeOne(tenValues(), tenValues(1.1)).verdict).toBe('regression');
    expect(judgeOne(tenValues(), tenValues(0.9)).verdict).toBe('improvement');
    expect(judgeOne(tenValues(), tenValues(1.1), { better: 'higher' }).verdict).toBe('improvement');
    expect(judgeOne(tenValues(), tenValues(0.9), { better: 'higher' }).verdict).toBe('regression');
  });

  it('is a pass if the change is real and too small to matter', () => {
    const judgement = judgeOne(tenValues(), tenValues(1.02));
    expect(judgement.verdict).toBe('pass');
    expect(judgement.pCorrected).toBeLessThan(0.05);
    expect(judgeOne(tenValues(), tenValues(1.02), {}, { minEffect: 0.01 }).verdict).toBe('regression');
  });

  it('counts a change of just the minimum effect', () => {
    // 105/100 - 1 is a little more than 0.05, 1.1/1 - 1 too, 0.95 - 1 a little less than -0.05.
    const constant = (value: number): number[] => new Array<number>(6).fill(value);
    expect(judgeOne(constant(100), constant(105)).verdict).toBe('regression');
    expect(judgeOne(constant(100), constant(95)).verdict).toBe('improvement');
    expect(judgeOne(constant(100), constant(104.9)).verdict).toBe('pass');
  });

  it('is inconclusive if nobody can tell, with about how many more rounds would tell', () => {
    const noisy = [80, 120, 95, 105, 70, 130];
    // Half of the interval, 0.339, has to fit between 1.01 and 1.05: 6 × (0.339 / 0.04)² is 431 values, 425 more than
    // 6.
    expect(judgeOne(noisy, [85, 118, 90, 112, 75, 128])).toMatchInlineSnapshot(`
      {
        "interval": {
          "high": 1.4071428571428573,
          "low": 0.7291666666666666,
        },
        "moreRounds": 425,
        "p": 1,
        "pCorrected": 1,
        "ratio": 1.01,
        "verdict": "inconclusive",
      }
    `);
  });

  it('of a metric without a better direction is a pass or inconclusive', () => {
    expect(judgeOne(tenValues(), tenValues(), { better: 'none' }).verdict).toBe('pass');
    const changed = judgeOne(tenValues(), tenValues(1.3), { better: 'none' });
    expect(changed).toMatchObject({ verdict: 'inconclusive', reason: 'changed, and neither way is better' });
    expect(changed.moreRounds).toBeUndefined();
  });

  it('comes with the ratio of medians, its interval and both p', () => {
    const { ratio, interval, p, pCorrected } = judgeOne(tenValues(), tenValues(1.1));
    expect(ratio).toBeCloseTo(1.1, 12);
    expect(interval?.low).toBeGreaterThan(1.08);
    expect(interval?.high).toBeLessThan(1.12);
    // The sides do not overlap: 2 of 184,756 splits.
    expect(p).toBeCloseTo(2 / 184_756, 12);
    expect(pCorrected).toBe(p);
  });
});

describe('values of which less can be said', () => {
  const cases: Record<string, [number[], number[]]> = {
    'no values on either side': [[], []],
    'none in BASE': [[], [1, 2]],
    'none in NEW': [[1, 2], []],
    'one a side': [[100], [150]],
    'one in NEW': [[100, 101, 102], [150]],
    'equal and constant': [
      [12, 12, 12],
      [12, 12],
    ],
    'equal and 0': [
      [0, 0],
      [0, 0, 0],
    ],
    'constant and different': [
      [12, 12, 12],
      [14, 14, 14],
    ],
    'a zero in BASE': [
      [0, 1, 2],
      [1, 2, 3],
    ],
    'negative on both sides': [
      [-4, -5],
      [-4, -7],
    ],
    'not a number': [
      [1, NaN, 2],
      [1, 2, 3],
    ],
    infinite: [
      [1, 2],
      [Infinity, 3],
    ],
    'too far apart': [
      [5e-324, 5e-324],
      [1e308, 1e308],
    ],
  };

  it('have a verdict with a reason', () => {
    const lines = Object.entries(cases).map(([name, [base, next]]) => {
      const { verdict, ratio, p, moreRounds, reason } = judgeOne(base, next);
      return `${name}: ${JSON.stringify({ verdict, ratio, p, moreRounds, reason })}`;
    });
    expect(lines.join('\n')).toMatchInlineSnapshot(`
      "no values on either side: {"verdict":"inconclusive","reason":"no values on either side"}
      none in BASE: {"verdict":"inconclusive","reason":"BASE has no values"}
      none in NEW: {"verdict":"missing","reason":"NEW has no values"}
      one a side: {"verdict":"inconclusive","moreRounds":3,"reason":"one value in BASE and NEW: no interval, no test"}
      one in NEW: {"verdict":"inconclusive","moreRounds":3,"reason":"one value in NEW: no interval, no test"}
      equal and constant: {"verdict":"pass","ratio":1,"p":1}
      equal and 0: {"verdict":"pass","ratio":1,"p":1}
      constant and different: {"verdict":"inconclusive","ratio":1.1666666666666667,"p":0.1,"moreRounds":1}
      a zero in BASE: {"verdict":"inconclusive","p":0.5,"reason":"values of 0: a ratio says nothing"}
      negative on both sides: {"verdict":"inconclusive","reason":"values below 0 in BASE and NEW: a ratio says nothing"}
      not a number: {"verdict":"inconclusive","reason":"values that are no finite numbers in BASE"}
      infinite: {"verdict":"inconclusive","reason":"values that are no finite numbers in NEW"}
      too far apart: {"verdict":"inconclusive","p":0.3333333333333333,"reason":"the sides are too far apart for a ratio"}"
    `);
  });

  it('are a regression where it was always 0 and is no longer, and an improvement the other way', () => {
    const [zeros, threes] = [0, 3].map((value) => Array<number>(10).fill(value)) as [number[], number[]];
    expect(judgeOne(zeros, threes)).toMatchObject({ verdict: 'regression', reason: 'it was 0' });
    expect(judgeOne(threes, zeros)).toMatchObject({ verdict: 'improvement', reason: 'it is 0 now' });
  });

  it('never give NaN', () => {
    for (const [base, next] of Object.values(cases)) {
      for (const figure of Object.values(judgeOne(base, next))) {
        if (typeof figure === 'number') expect(figure).toSatisfy(Number.isFinite);
      }
    }
  });

  it('do not weigh on the others: the family is what can be tested', () => {
    const pair = { base: tenValues(), next: tenValues(1.01), better: 'lower' as const };
    const family = [
      pair,
      ...Object.values(cases).map(([base, next]) => ({ base, next, better: 'lower' as const })),
    ];
    const tested = judge(family, defaultJudgeOptions, bootstrap).filter(({ p }) => p !== undefined && p < 1);
    const [first] = tested;
    expect(first?.pCorrected).toBeCloseTo((first?.p ?? NaN) * tested.length, 12);
  });
});

describe('a family', () => {
  const options = { ...defaultJudgeOptions, minEffect: 0 };

  it('is judged in its order, the same way each time', () => {
    const family = drawRecords({ noise: 'normal', metrics: 5, n: 8, factor: 1.4 }, randomOf(1));
    const judgements = judge(family, defaultJudgeOptions);
    expect(judge(family, defaultJudgeOptions)).toEqual(judgements);
    expect(judge(family.toReversed(), defaultJudgeOptions).reverse()).toEqual(judgements);
    expect(judgements.map(isAlarm)).toEqual([true, false, false, false, false]);
  });

  it.each(['normal', 'log-normal', 'heavy-tailed'] as const)(
    'of equal metrics, %s, raises a false alarm in at most 5 % of all trials',
    (noise) => {
      // Without correction it would be in about 30 %. Two standard errors of 400 trials are 2.2 points.
      const alarms = count(400, 3, (random) =>
        judge(drawRecords({ noise, metrics: 10, n: 10 }, random), options, neverNarrow).some(isAlarm),
      );
      expect(alarms / 400).toBeLessThanOrEqual(0.072);
    },
  );

  it('of twenty, one slower by 10 % with a CV of 5 %, is found out in 80 % of all trials at n = 12', () => {
    const found = count(200, 4, (random) => {
      const family = drawRecords({ noise: 'normal', metrics: 20, n: 12, factor: 1.1 }, random);
      return judge(family, defaultJudgeOptions, neverNarrow)[0]?.verdict === 'regression';
    });
    // Two standard errors of 200 trials are 5.7 points.
    expect(found / 200).toBeGreaterThanOrEqual(0.75);
  });

  it('so large that 9,999 permutations could not show anything is tested with more', () => {
    const side = (level: number): number[] => Array.from({ length: 40 }, (_, index) => level + index / 100);
    const same = { base: side(10), next: side(10), better: 'lower' as const };
    const family = [{ ...same, next: side(20) }, ...new Array<Pair>(700).fill(same)];
    expect(judge(family, defaultJudgeOptions, neverNarrow)[0]?.verdict).toBe('regression');
  });
});
