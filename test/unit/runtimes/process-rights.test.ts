import { describe, expect, it } from 'vitest';
import { capabilityNames, parseProcessRights } from '../../../harness/runtimes/process-rights.ts';

describe('what a process may do', () => {
  it('is read from its status file', () => {
    const status = [
      'Name:\tsystemd',
      'NSpid:\t22831\t1',
      'CapEff:\t0000000000000001',
      'CapBnd:\t0000000008200001',
      'NoNewPrivs:\t0',
      'Seccomp:\t2',
      'Seccomp_filters:\t1',
    ].join('\n');
    expect(parseProcessRights(status)).toEqual({
      bounding: ['CHOWN', 'SYS_ADMIN', 'MKNOD'],
      seccomp: true,
      noNewPrivileges: false,
      pids: [22831, 1],
    });
  });

  it('is absent where the kernel does not say it', () => {
    expect(parseProcessRights('Name:\tsystemd\n')).toEqual({});
  });

  it('names a capability that is newer than this by its number', () => {
    expect(capabilityNames('0000030000000000')).toEqual(['CHECKPOINT_RESTORE', '41']);
    expect(capabilityNames('0000000000000000')).toEqual([]);
  });
});
