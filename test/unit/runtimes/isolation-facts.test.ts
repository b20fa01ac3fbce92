import { describe, expect, it } from 'vitest';
import { parseIsolation, readIsolation } from '../../../harness/runtimes/isolation-facts.ts';

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

describe('the isolation of a running process', () => {
  it('of a confined VM monitor, captured', () => {
    expect(parseIsolation(CONFINED)).toEqual({
      uid: 1_000_085_373,
      effectiveCapabilities: 0n,
      boundingCapabilities: 0n,
      seccompMode: 2,
      noNewPrivileges: true,
    });
  });

  it('of root, by bit: 40 is CAP_CHECKPOINT_RESTORE', () => {
    const root = CONFINED.replace('CapEff:\t0000000000000000', 'CapEff:\t000001ffffffffff');
    expect(parseIsolation(root).effectiveCapabilities).toBe((1n << 41n) - 1n);
  });

  it('takes the effective user, not the real one', () => {
    expect(parseIsolation(CONFINED.replace('1000085373\t1000085373', '1000\t0')).uid).toBe(0);
  });

  it('has no mode of seccomp on a kernel without it', () => {
    expect(parseIsolation(CONFINED.replace(/^Seccomp.*\n/gm, '')).seccompMode).toBeUndefined();
  });

  it.each(['Uid', 'CapEff', 'CapBnd', 'NoNewPrivs'])('never takes a missing %s for none', (name) => {
    expect(() => parseIsolation(CONFINED.replace(`\n${name}:`, '\nOther:'))).toThrow(
      `no ${name} that can be read`,
    );
  });

  it('is read of this process as of any', () => {
    expect(readIsolation(process.pid).uid).toBe(process.geteuid?.());
  });
});
