import { describe, expect, it } from 'vitest';
import { drawRun } from '../../../../bench/statistics/family.ts';
import { alwaysNarrow, count, isAlarm, neverNarrow } from '../../../../bench/statistics/simulate.ts';
import { createRandom } from '../../../../core/random.ts';
import { defaultJudgeOptions, type Pair } from '../../../../results/compare/comparison.ts';
import { decide } from '../../../../results/compare/sequential.ts';
import { looks } from '../../../../results/statistics/looks.ts';

const options = { ...defaultJudgeOptions, maxRounds: 40 };

/** Rounds whose values differ by up to `spread` from the level; those of NEW are `factor` times as much. */
function quiet(rounds: number, factor: number, seed = 1, spread = 0.02): Pair {
  const random = createRandom(seed);
  const side = (level: number): number[] =>
    Array.from({ length: rounds }, () => level * (1 + spread * (2 * random.unit() - 1)));
  return { base: side(100), next: side(100 * factor), better: 'lower' };
}

describe('deciding after each round', () => {
  const family = [quiet(40, 1.45, 1), quiet(40, 1, 2), quiet(40, 0.7, 3), quiet(40, 1, 4, 0.08)];
  const after = (round: number): ReturnType<typeof decide> => decide(family, { ...options, round });

  it('finds large changes at once, passes what is equal, and goes on for what is noisy', () => {
    const course = [5, ...looks(40)].map((round) => {
      const { judgements, done, alphaSpent } = after(round);
      const words = judgements.map(({ verdict }) => verdict).join(', ');
      return `${round}: ${words}; ${done ? 'done' : 'go on'}, spent ${alphaSpent.toFixed(4)}`;
    });
    expect(course.join('\n')).toMatchInlineSnapshot(`
      "5: inconclusive, inconclusive, inconclusive, inconclusive; go on, spent 0.0000
      6: regression, pass, improvement, inconclusive; go on, spent 0.0115
      8: regression, pass, improvement, inconclusive; go on, spent 0.0148
      10: regression, pass, improvement, inconclusive; go on, spent 0.0179
      12: regression, pass, improvement, inconclusive; go on, spent 0.0208
      14: regression, pass, improvement, inconclusive; go on, spent 0.0235
      16: regression, pass, improvement, inconclusive; go on, spent 0.0262
      18: regression, pass, improvement, inconclusive; go on, spent 0.0286
      20: regression, pass, improvement, inconclusive; go on, spent 0.0310
      24: regression, pass, improvement, pass; done, spent 0.0354
      28: regression, pass, improvement, pass; done, spent 0.0395
      32: regression, pass, improvement, pass; done, spent 0.0432
      38: regression, pass, improvement, pass; done, spent 0.0484
      40: regression, pass, improvement, pass; done, spent 0.0500"
    `);
  });

  it('takes each look with the figures of its round, and what it decided stands', () => {
    const early = after(8).judgements;
    const late = after(40).judgements;
    early.forEach((judgement, index) => {
      if (judgement.decidedAt !== undefined) expect(late[index]).toEqual(judgement);
    });
    expect(late[0]).toMatchObject({
      verdict: 'regression',
      decidedAt: 6,
      p: expect.closeTo(2 / 924) as number,
    });
  });

  it('does not look at rounds to come', () => {
    const cut = family.map((pair) => ({ ...pair, base: pair.base.slice(0, 9), next: pair.next.slice(0, 9) }));
    expect(decide(cut, { ...options, round: 9 })).toEqual(after(9));
  });

  it('decides nothing between looks and before the first one', () => {
    expect(after(5)).toMatchObject({ done: false, look: 0, alphaSpent: 0 });
    expect(after(9)).toMatchObject({ look: 8 });
    expect(after(5).judgements.map(({ verdict }) => verdict)).toEqual(family.map(() => 'inconclusive'));
  });

  it('says of what is undecided how many more rounds it needs: at least until the next look', () => {
    const { judgements, done } = decide([quiet(8, 1.05)], { ...options, round: 8 });
    expect(done).toBe(false);
    expect(judgements[0]).toMatchObject({
      verdict: 'inconclusive',
      ratio: expect.closeTo(1.05, 1) as number,
    });
    expect(judgements[0]?.decidedAt).toBeUndefined();
    expect(judgements[0]?.moreRounds).toBeGreaterThanOrEqual(2);
  });

  it('spends the rest at a round that has to be the last one', () => {
    // After seven rounds, and with 16 metrics, only all of alpha is enough: 16 · 2/1848 is 0.017.
    const many = [quiet(7, 1.45), ...Array.from({ length: 15 }, (_, index) => quiet(7, 1, index + 10))];
    const open = decide(many, { ...options, round: 7 });
    const last = decide(many, { ...options, round: 7, last: true });
    expect(open.judgements[0]?.verdict).toBe('inconclusive');
    expect(last.judgements[0]).toMatchObject({ verdict: 'regression', decidedAt: 7 });
    expect(last.alphaSpent).toBeCloseTo(0.05, 12);
  });

  it('is not deceived by drift that hits both sides of a round', () => {
    const drifting = (pair: Pair): Pair => ({
      ...pair,
      base: pair.base.map((value, round) => value * (1 + round)),
      next: pair.next.map((value, round) => value * (1 + round)),
    });
    const [changed, same] = decide([drifting(quiet(40, 1.45)), drifting(quiet(40, 1, 2))], {
      ...options,
      round: 40,
    }).judgements;
    expect(changed?.verdict).toBe('regression');
    expect(isAlarm(same ?? { verdict: 'missing' })).toBe(false);
  });
});

describe('values of which less can be said', () => {
  it('leaves out rounds that did not give both sides', () => {
    const pair = quiet(12, 1.45);
    const holed = {
      ...pair,
      base: pair.base.map((value, index) => (index === 2 ? NaN : value)),
      next: pair.next.map((value, index) => (index === 9 ? NaN : value)),
    };
    expect(decide([holed], { ...options, round: 12 }).judgements[0]?.verdict).toBe('regression');
  });

  it('does not wait for what more rounds could not decide', () => {
    const none = new Array<number>(8).fill(NaN);
    const zeros = [0, 1, 0, 2, 0, 1, 3, 0];
    const family: Pair[] = [
      { base: quiet(8, 1).base, next: none, better: 'lower' },
      { base: zeros, next: zeros.toReversed(), better: 'lower' },
      { base: new Array<number>(8).fill(0), next: new Array<number>(8).fill(0), better: 'lower' },
      { ...quiet(8, 1.45), better: 'none' },
    ];
    const { judgements, done } = decide(family, { ...options, round: 8 });
    expect(judgements.map(({ verdict, reason }) => `${verdict}: ${reason ?? ''}`)).toMatchInlineSnapshot(`
      [
        "missing: NEW has no values",
        "inconclusive: the sides are too far apart for a ratio",
        "pass: ",
        "inconclusive: changed, and neither way is better",
      ]
    `);
    expect(done).toBe(true);
  });

  it('waits for what came only once, or never on both sides of a round', () => {
    const family: Pair[] = [
      { base: [1, 2, 3, 4, 5, 6], next: [1], better: 'lower' },
      { base: [1, NaN], next: [NaN, 2], better: 'lower' },
    ];
    const { judgements, done } = decide(family, { ...options, round: 6 });
    expect(judgements.map(({ reason }) => reason)).toMatchInlineSnapshot(`
      [
        "one value in BASE and NEW: no interval, no test",
        "no round gave both sides",
      ]
    `);
    expect(done).toBe(false);
  });

  it('has nothing to say about no metrics', () => {
    expect(decide([], { ...options, round: 8 })).toMatchObject({ judgements: [], done: true });
  });
});

describe('looking often', () => {
  const rounds = { ...options, maxRounds: 30, round: 30 };

  it.each(['normal', 'heavy-tailed', 'drifting'] as const)(
    'at equal metrics, %s, raises a false alarm in at most 5 % of all runs',
    (noise) => {
      // With 5 % at every look it would be in about 25 %. Two standard errors of 150 runs are 3.6 points.
      const alarms = count(150, 5, (random) =>
        decide(
          drawRun({ noise, metrics: 5, n: 30 }, random),
          { ...rounds, minEffect: 0 },
          neverNarrow,
        ).judgements.some(isAlarm),
      );
      expect(alarms / 150).toBeLessThanOrEqual(0.08);
    },
  );

  it('passes a change of just the minimum effect in at most 2.5 % of all runs', () => {
    const passes = count(300, 6, (random) => {
      const run = drawRun({ noise: 'normal', metrics: 1, n: 30, factor: 1.05 }, random);
      return decide(run, rounds, alwaysNarrow).judgements[0]?.verdict === 'pass';
    });
    // Two standard errors of 300 runs are 1.8 points.
    expect(passes / 300).toBeLessThanOrEqual(0.043);
  });

  it('finds one of twenty that is slower by 45 % within 12 rounds', () => {
    const found = count(40, 7, (random) => {
      const run = drawRun({ noise: 'normal', metrics: 20, n: 12, factor: 1.45 }, random);
      return decide(run, { ...options, round: 12 }, neverNarrow).judgements[0]?.verdict === 'regression';
    });
    expect(found / 40).toBeGreaterThan(0.95);
  });
});
