import { describe, expect, it } from 'vitest';
import { parseSmapsRollup } from '../../../harness/parse/smaps-rollup.ts';
import { captured } from '../../fixtures/guest/captured.ts';

describe('smaps_rollup, captured', () => {
  it('systemd-nspawn: every field in bytes; USS is Private_Clean and Private_Dirty', () => {
    expect(parseSmapsRollup(captured('nspawn', 'smaps_rollup'))).toEqual({
      rssBytes: 7624 * 1024,
      pssBytes: 5858 * 1024,
      pssAnonBytes: 920 * 1024,
      pssFileBytes: 4938 * 1024,
      pssShmemBytes: 0,
      ussBytes: (4708 + 920) * 1024,
    });
  });

  it('QEMU: the three kinds of PSS add up to the PSS', () => {
    const rollup = parseSmapsRollup(captured('qemu', 'smaps_rollup'));
    expect(rollup?.pssBytes).toBe(580_471 * 1024);
    expect((rollup?.pssAnonBytes ?? 0) + (rollup?.pssFileBytes ?? 0) + (rollup?.pssShmemBytes ?? 0)).toBe(
      rollup?.pssBytes,
    );
  });
});

describe('an unreadable smaps_rollup', () => {
  const whole = captured('nspawn', 'smaps_rollup');

  it.each([
    ['of a kernel thread', ''],
    ['of a kernel before 5.9', whole.replace(/^Pss_.*\n/gm, '')],
    ['cut short', whole.slice(0, whole.indexOf('Private_Dirty'))],
    ['with a negative figure', whole.replace('5858', '-5858')],
    ['with a figure beyond counting', whole.replace('5858', '9'.repeat(20))],
    ['in another unit', whole.replace('5858 kB', '5858 MB')],
  ])('%s is undefined', (_, text) => {
    expect(parseSmapsRollup(text)).toBeUndefined();
  });
});
