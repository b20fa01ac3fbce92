import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../../core/random.ts';
import { findingsOf } from '../../../../results/history/findings.ts';
import type { HistoryPoint } from '../../../../results/history/history.ts';

const options = { alpha: 0.05, minEffect: 0.05, seed: 1 };
const record = {
  id: 'r',
  startedAt: '2026-10-01T03:00:00Z',
  tool: '0.1.0',
  digest: 'aa',
  imageName: 'debian',
  imageKernel: '6.12',
};

function pointsOf(medians: readonly number[]): HistoryPoint[] {
  return medians.map((median) => ({ record, n: 10, median }));
}

/** Around 100, by up to 5 % and mostly less. */
function noise(count: number, seed: number): number[] {
  const random = createRandom(seed);
  return Array.from({ length: count }, () => 95 + 10 * ((random.unit() + random.unit() + random.unit()) / 3));
}

function findingOf(medians: readonly number[], better: 'lower' | 'higher' | 'none' = 'lower') {
  return findingsOf([{ points: pointsOf(medians), better }], options, () => ['a cause'])[0];
}

describe('findingsOf', () => {
  it('says that few records cannot show a change, and how many could', () => {
    expect(findingOf([100, 100, 200, 200])).toMatchObject({ verdict: 'too-few', needed: 8, changes: [] });
    expect(findingOf([])).toMatchObject({ verdict: 'too-few' });
  });

  it('calls steady only what would show a step of the least effect', () => {
    expect(findingOf(noise(40, 3))).toMatchObject({ verdict: 'steady' });
    const wild = findingOf(noise(20, 3).map((value) => 100 + 8 * (value - 100)));
    expect(wild).toMatchObject({ verdict: 'unclear' });
    expect(wild?.smallestStep).toBeGreaterThan(0.1);
  });

  it('describes a step: from, to, by how much, with an interval, between which points', () => {
    const [found] = findingOf([...noise(15, 3), ...noise(15, 4).map((value) => value * 1.2)])?.changes ?? [];
    expect(found).toMatchObject({
      kind: 'step',
      direction: 'worse',
      before: 14,
      after: 15,
      causes: ['a cause'],
    });
    expect(found?.change).toBeCloseTo(0.2, 1);
    expect(found?.interval?.low).toBeGreaterThan(1.1);
  });

  it('describes a creep: per record and in all', () => {
    const creeping = noise(40, 3).map((value, at) => value * (1 + 0.01 * at));
    const [found] = findingOf(creeping)?.changes ?? [];
    expect(found).toMatchObject({ kind: 'creep', before: 0, after: 39 });
    expect(found?.perRecord).toBeCloseTo(0.01, 2);
  });

  it.each([
    ['lower', 'worse'],
    ['higher', 'better'],
    ['none', 'neither'],
  ] as const)('where %s is better, more is %s', (better, direction) => {
    expect(
      findingOf([...noise(10, 1), ...noise(10, 2).map((value) => value * 2)], better)?.changes[0],
    ).toMatchObject({
      direction,
    });
  });

  it('has no share for a step from 0', () => {
    const [found] =
      findingOf([...new Array<number>(10).fill(0), ...new Array<number>(10).fill(2)])?.changes ?? [];
    expect(found).toMatchObject({ from: 0, to: 2 });
    expect(found?.change).toBeUndefined();
    expect(found?.interval).toBeUndefined();
  });

  it('holds its bound over the whole family: 30 steady series rarely give a finding', () => {
    let families = 0;
    for (let family = 0; family < 20; family += 1) {
      const series = Array.from({ length: 30 }, (_, index) => ({
        points: pointsOf(noise(20, family * 100 + index)),
        better: 'lower' as const,
      }));
      const found = findingsOf(series, { ...options, minEffect: 0 }, () => []);
      if (found.some(({ verdict }) => verdict === 'changed')) families += 1;
    }
    // Uncorrected it would be most of them.
    expect(families).toBeLessThanOrEqual(4);
  });
});
