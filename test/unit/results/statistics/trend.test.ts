import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../../core/random.ts';
import { drawNormal } from '../../../../results/statistics/normal.ts';
import { trendOf, type Stretch } from '../../../../results/statistics/trend.ts';

const options = { level: 0.05, minEffect: 0.05, seed: 1 };

/** What was found, as the first positions of stretches: `steady` or `creep from 0`. */
function shape(stretches: readonly Stretch[]): string {
  return stretches
    .map(({ from, creep }) => (creep ? `creep from ${creep.from}` : `steady from ${from}`))
    .join(', ');
}

/**
 * The shares of `trials` seeded series of 50 records that satisfy `holds`. Noise is normal, 5 % unless said otherwise.
 */
function share(
  trials: number,
  levelAt: (position: number) => number,
  holds: (found: Stretch[]) => boolean,
  noise = 0.05,
): number {
  const random = createRandom(7);
  let count = 0;
  for (let seed = 0; seed < trials; seed += 1) {
    const values = Array.from(
      { length: 50 },
      (_, position) => levelAt(position) * (1 + noise * drawNormal(random)),
    );
    if (holds(trendOf(values, { ...options, seed }))) count += 1;
  }
  return count / trials;
}

describe('trendOf', () => {
  it('leaves constant and short series whole', () => {
    expect(trendOf(new Array<number>(30).fill(7), options)).toEqual([
      { from: 0, to: 30, startLevel: 7, endLevel: 7 },
    ]);
    expect(shape(trendOf([1, 1, 2, 2], options))).toBe('steady from 0');
    expect(trendOf([], options)).toHaveLength(1);
  });

  it('finds the place of a step without noise, also from 0', () => {
    const step = [...new Array<number>(10).fill(20), ...new Array<number>(8).fill(21)];
    expect(trendOf(step, options)).toEqual([
      { from: 0, to: 10, startLevel: 20, endLevel: 20 },
      { from: 10, to: 18, startLevel: 21, endLevel: 21 },
    ]);
    expect(
      shape(
        trendOf(
          step.map((value) => value - 20),
          options,
        ),
      ),
    ).toBe('steady from 0, steady from 10');
  });

  it('says nothing of a step below the least effect', () => {
    const step = [...new Array<number>(10).fill(100), ...new Array<number>(10).fill(104)];
    expect(shape(trendOf(step, options))).toBe('steady from 0');
    expect(shape(trendOf(step, { ...options, minEffect: 0.03 }))).toBe('steady from 0, steady from 10');
  });

  it('takes a staircase for steps and a line for a creep', () => {
    const wave = (position: number): number => Math.sin(position * 2.4);
    const stairs = Array.from({ length: 45 }, (_, at) => 100 + 10 * Math.floor(at / 15) + wave(at));
    const line = Array.from({ length: 45 }, (_, at) => 100 + 0.5 * at + wave(at));
    expect(shape(trendOf(stairs, options))).toBe('steady from 0, steady from 15, steady from 30');
    expect(shape(trendOf(line, options))).toBe('creep from 0');
  });

  it('is not led astray by a single odd record', () => {
    const values = Array.from({ length: 40 }, (_, at) => 100 + Math.sin(at * 2.4) + (at === 25 ? 80 : 0));
    expect(shape(trendOf(values, options))).toBe('steady from 0');
  });

  // Of 2,000 trials: docs/statistics.md. Here enough to notice when it no longer holds.
  it('finds a change in pure noise in 5 % of series at most', () => {
    expect(
      share(
        300,
        () => 100,
        (found) => found.length > 1 || found[0]?.creep !== undefined,
      ),
    ).toBeLessThan(0.05 + 2.6 * Math.sqrt((0.05 * 0.95) / 300));
  });

  it('finds a 10 % step in 5 % noise, and nearly always within one record', () => {
    const isStep = (found: Stretch[]): boolean => found.some(({ from }) => from > 0);
    const isAt25 = (found: Stretch[]): boolean => found.some(({ from }) => Math.abs(from - 25) <= 1);
    const step = (position: number): number => (position < 25 ? 100 : 110);
    expect(share(60, step, isStep)).toBeGreaterThan(0.8);
    // 5 % noise in each of ten boots leaves 2 % in their median.
    expect(share(60, step, isAt25, 0.02)).toBeGreaterThan(0.95);
  });

  it('calls a creep of 0.5 % per record in 5 % noise a creep', () => {
    const creep = (position: number): number => 100 * (1 + 0.005 * position);
    expect(share(60, creep, (found) => found.some((stretch) => stretch.creep !== undefined))).toBeGreaterThan(
      0.9,
    );
  });
});
