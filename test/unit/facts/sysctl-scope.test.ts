import { describe, expect, it } from 'vitest';
import { isNamespaced } from '../../../harness/facts/sysctl-scope.ts';

describe('isNamespaced', () => {
  const own = new Set(['net', 'uts', 'ipc', 'pid']);
  it.each([
    ['/proc/sys/net/ipv4/ip_forward', true],
    ['/proc/sys/kernel/hostname', true],
    ['/proc/sys/kernel/shmmax', true],
    ['/sys/devices/virtual/net/lo/mtu', true],
    ['/proc/sys/kernel/core_pattern', false],
    ['/proc/sys/vm/swappiness', false],
    ['/proc/sys/user/max_user_namespaces', false],
  ])('%s', (path, expected) => {
    expect(isNamespaced(path, own)).toBe(expected);
  });

  it('what a shared namespace holds is the host’s', () => {
    expect(isNamespaced('/proc/sys/net/ipv4/ip_forward', new Set(['pid']))).toBe(false);
  });
});
