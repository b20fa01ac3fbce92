import { expect, it } from 'vitest';
import { borneText, failedText, isWithinLimit, limitText } from '../../../results/failed-boots.ts';

const boots = (failed: number, begun = 20) => ({ begun, failed });

it('is a number of boots, or a share of those that were begun, with the limit itself within it', () => {
  expect(isWithinLimit(boots(0), { boots: 0 })).toBe(true);
  expect(isWithinLimit(boots(1), { boots: 0 })).toBe(false);
  expect(isWithinLimit(boots(2), { share: 0.1 })).toBe(true);
  expect(isWithinLimit(boots(2, 19), { share: 0.1 })).toBe(false);
  expect(isWithinLimit(boots(3, 10), { share: 0.3 })).toBe(true);
  expect(isWithinLimit(boots(7, 100), { share: 0.07 })).toBe(true);
});

it('is never silent where it is made use of', () => {
  expect(failedText(boots(1))).toBe('1 of 20 (5 %)');
  expect(failedText(boots(0))).toBe('0 of 20');
  expect([limitText({ boots: 2 }), limitText({ share: 0.075 })]).toEqual(['2', '7.5 %']);
  expect(borneText('qemu', boots(1), { share: 0.05 })).toBe(
    'qemu: 1 of 20 (5 %) boots failed, within the limit of 5 %; the figures are of the other 19 boots',
  );
  expect(borneText('qemu', boots(0), { share: 0.05 })).toBeUndefined();
  expect(borneText('qemu', boots(2), { share: 0.05 })).toBeUndefined();
});
