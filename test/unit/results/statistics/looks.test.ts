import { describe, expect, it } from 'vitest';
import { looks, planLooks, type LookPlan } from '../../../../results/statistics/looks.ts';

const plan: LookPlan = { round: 40, maxRounds: 40, last: false, alpha: 0.05, familySize: 20 };

function spent(levels: readonly { alarmLevel: number }[]): number {
  return levels.reduce((sum, { alarmLevel }) => sum + alarmLevel, 0);
}

describe('looks', () => {
  it('are after even rounds, sparser later, and after the last one', () => {
    expect(looks(75)).toEqual([6, 8, 10, 12, 14, 16, 18, 20, 24, 28, 32, 38, 44, 52, 62, 74, 75]);
    expect(looks(15)).toEqual([6, 8, 10, 12, 14, 15]);
    expect(looks(12)).toEqual([6, 8, 10, 12]);
    expect(looks(3)).toEqual([3]);
  });
});

describe('what looks may spend', () => {
  it('adds up to alpha at the last round, and to no more before', () => {
    expect(spent(planLooks(plan))).toBeCloseTo(0.05, 12);
    expect(spent(planLooks({ ...plan, round: 39 }))).toBeLessThan(0.05);
  });

  it('follows the spending function', () => {
    expect(spent(planLooks({ ...plan, round: 20 }))).toBeCloseTo(0.05 * Math.log(1 + (Math.E - 1) / 2), 12);
  });

  it('is left to the next look where no p can be small enough', () => {
    const levels = planLooks({ ...plan, round: 8 });
    // After six rounds 20 · 2/924 is above all that may be spent; after eight 20 · 2/5544 is not.
    expect(levels[0]).toMatchObject({ round: 6, alarmLevel: 0 });
    expect(levels[1]?.alarmLevel).toBeCloseTo(0.05 * Math.log(1 + (Math.E - 1) / 5), 12);
    expect(20 * (2 / 5544)).toBeLessThan(levels[1]?.alarmLevel ?? 0);
  });

  it('does not depend on how many rounds there have been', () => {
    expect(planLooks(plan).slice(0, 5)).toEqual(planLooks({ ...plan, round: 14 }));
  });

  it('is the rest where the run has to end early, at that round', () => {
    const levels = planLooks({ ...plan, round: 15, last: true });
    expect(levels.at(-1)?.round).toBe(15);
    expect(spent(levels)).toBeCloseTo(0.05, 12);
    expect(levels.slice(0, -1)).toEqual(planLooks({ ...plan, round: 14 }));
  });

  it('for a pass adds up to 2.5 %', () => {
    const passLevels = planLooks(plan).map(({ passLevel }) => passLevel);
    expect(passLevels.reduce((sum, level) => sum + level)).toBeCloseTo(0.025, 12);
  });
});
