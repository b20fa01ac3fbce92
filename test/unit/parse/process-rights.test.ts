import { describe, expect, it } from 'vitest';
import { capabilityNames, parseProcessRights } from '../../../harness/parse/process-rights.ts';
import { readProcessRights } from '../../../harness/runtimes/isolation-facts.ts';

/** Lines of /proc/PID/status of a QEMU 7.2 that twinboot has booted, Linux 6.18. */
const CONFINED = [
  'Name:\tqemu-system-x86',
  'Uid:\t1000085373\t1000085373\t1000085373\t1000085373',
  'CapInh:\t0000000000000000',
  'CapPrm:\t0000000000000000',
  'CapEff:\t0000000000000000',
  'CapBnd:\t0000000000000000',
  'CapAmb:\t0000000000000000',
  'NoNewPrivs:\t1',
  'Seccomp:\t2',
  'Seccomp_filters:\t1',
  '',
].join('\n');

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
      effective: ['CHOWN'],
      bounding: ['CHOWN', 'SYS_ADMIN', 'MKNOD'],
      seccomp: true,
      noNewPrivileges: false,
      pids: [22831, 1],
    });
  });

  it('of a confined VM monitor, captured', () => {
    expect(parseProcessRights(CONFINED)).toEqual({
      user: 1_000_085_373,
      effective: [],
      bounding: [],
      ambient: [],
      seccomp: true,
      noNewPrivileges: true,
    });
  });

  it('takes the effective user, not the real one', () => {
    expect(parseProcessRights(CONFINED.replace('1000085373\t1000085373', '1000\t0')).user).toBe(0);
  });

  it('is absent where the kernel does not say it', () => {
    expect(parseProcessRights('Name:\tsystemd\n')).toEqual({});
  });

  it.each([
    ['CapEff', 'effective'],
    ['CapBnd', 'bounding'],
    ['CapAmb', 'ambient'],
    ['NoNewPrivs', 'noNewPrivileges'],
    ['Seccomp', 'seccomp'],
    ['Uid', 'user'],
  ])('takes no malformed %s for none', (name, fact) => {
    const malformed = CONFINED.replace(new RegExp(`^${name}:\t.*$`, 'm'), `${name}:\tx`);
    expect(parseProcessRights(malformed)).not.toHaveProperty(fact);
  });

  it('names a capability that is newer than this by its number', () => {
    expect(capabilityNames('0000030000000000')).toEqual(['CHECKPOINT_RESTORE', '41']);
    expect(capabilityNames('0000000000000000')).toEqual([]);
  });

  it('is read of this process as of any', () => {
    expect(readProcessRights(process.pid).user).toBe(process.geteuid?.());
  });
});
