import { describe, expect, it } from 'vitest';
import { MIB } from '../../../core/units.ts';
import { guestBytesWithin, vmmLimits } from '../../../harness/runtimes/vmm-limits.ts';

describe('the limits of a VMM', () => {
  it('leave room around the guest’s RAM, or just for the VMM', () => {
    const limits = { cpus: 2, memoryBytes: 512 * MIB };
    expect(vmmLimits(limits, 512 * MIB)).toEqual({ cpus: 2, memoryBytes: 1152 * MIB });
    const guestBytes = guestBytesWithin(512 * MIB, 128 * MIB);
    expect(guestBytes).toBe(384 * MIB);
    expect(vmmLimits(limits, guestBytes, 128 * MIB, 0)).toEqual(limits);
  });

  it('are refused where they leave no RAM to boot in', () => {
    expect(guestBytesWithin(448 * MIB, 384 * MIB)).toBe(64 * MIB);
    expect(() => guestBytesWithin(447 * MIB, 384 * MIB)).toThrow(
      expect.objectContaining({
        code: 'limit-too-small',
        message: '447 MiB for a VM with its VMM, which may take 384 MiB, leave no RAM for the guest',
        hint: '--memory 448M or more, or limit=guest',
      }) as Error,
    );
  });
});
