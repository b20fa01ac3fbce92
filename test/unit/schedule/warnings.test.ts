import { describe, expect, it } from 'vitest';
import { warningsOf } from '../../../harness/schedule/warnings.ts';
import type { RunRecord } from '../../../results/record.ts';
import { buildRecord } from '../../fixtures/records/record.ts';

function warnings(host: Partial<RunRecord['host']>, emulated = false): RunRecord['warnings'] {
  const record = buildRecord({ emulated });
  return warningsOf({ ...record.host, ...host }, record.runtimes);
}

describe('the warnings of a run', () => {
  it('are none for KVM on hardware', () => {
    expect(warnings({ virtualization: 'none' })).toEqual([]);
  });

  it('name an emulated VM and why it was', () => {
    const [warning] = warnings({ virtualization: 'none' }, true);
    expect(warning?.code).toBe('emulated');
    expect(warning?.message).toMatch(/^qemu was emulated \(TCG\), not run by KVM: ./);
  });

  it('say of an emulated host, once, that its times hold nowhere', () => {
    expect(warnings({ virtualization: 'tcg', machine: 'QEMU Q35' })).toEqual([
      {
        code: 'emulated-host',
        message:
          'this host is emulated: times are not figures of any real machine; memory and counts hold (QEMU Q35)',
      },
    ]);
  });

  it('name what is nested, and what the host runs on', () => {
    expect(warnings({ virtualization: 'vmware', machine: 'VMware7,1' })).toEqual([
      {
        code: 'nested',
        message:
          'qemu is nested: it runs under KVM, and this host is itself a virtual machine: vmware (VMware7,1)',
      },
    ]);
  });
});
