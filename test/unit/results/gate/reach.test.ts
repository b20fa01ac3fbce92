import { expect, it } from 'vitest';
import { parseGate } from '../../../../results/gate/read-gate.ts';
import { plannedReach } from '../../../../results/gate/reach.ts';
import { buildRecord } from '../../../fixtures/records/record.ts';
import { known } from './known.ts';

const RELATIVE = 'metrics: { startup.ready: { regression: 10% }, memory.total: { regression: 10% } }';

function reach(text: string, rounds: number, baselineRounds?: number): string | undefined {
  const baseline =
    baselineRounds === undefined
      ? undefined
      : buildRecord({ rounds: baselineRounds, failedBoot: false, hostile: false });
  const plan = { runtimes: ['nspawn', 'qemu'], valuesOf: () => rounds };
  return plannedReach(parseGate(text, 'twinboot.yaml', known), plan, baseline);
}

it('counts the rows that will be compared with the baseline, ratios included', () => {
  expect(reach(RELATIVE, 4, 12)).toBeUndefined();
  expect(reach(RELATIVE, 2, 12)).toBe(
    '2 rounds beside 12 of BASE cannot show a change of any size: p is 0.022 at least, 0.13 corrected over 6 rows, ' +
      'where alpha is 0.05; 5 rounds a side can, or 3 beside BASE as it is',
  );
});

it('asks about a baseline of as many rounds where there is none yet', () => {
  expect(reach(RELATIVE, 4)).toMatch(
    /^4 rounds a side cannot .* over 4 rows, where alpha is 0\.05; 5 rounds a side can$/u,
  );
  expect(reach(RELATIVE, 5)).toBeUndefined();
});

it('is nothing of a gate without relative limits', () => {
  expect(reach('metrics: { startup.ready: { max: 2 s } }', 1)).toBeUndefined();
});
