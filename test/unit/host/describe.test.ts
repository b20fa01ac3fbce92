import { hostname, networkInterfaces } from 'node:os';
import { describe, expect, it } from 'vitest';
import { GIB, MIB } from '../../../core/units.ts';
import { describeHost, factsOf, fingerprintOf } from '../../../harness/host/describe.ts';
import { hostSchema } from '../../../results/record.ts';

const host = {
  distribution: 'Debian GNU/Linux 13 (trixie)',
  kernel: '6.12.48+deb13-amd64',
  arch: 'x64',
  cpuModel: 'AMD EPYC 7763 64-Core Processor',
  cpus: 4,
  memoryBytes: 16 * GIB - 300 * MIB,
  cgroupMode: 'v2',
  init: 'systemd',
} as const;

describe('the fingerprint', () => {
  it('is made of what changes figures', () => {
    expect(
      factsOf(host, { systemd: '257.8-1~deb13u2', qemu: undefined, 'transparent huge pages': 'always' }),
    ).toEqual({
      arch: 'x64',
      'cpu model': 'AMD EPYC 7763 64-Core Processor',
      cpus: '4',
      'memory (GiB)': '16',
      kernel: '6.12.48+deb13-amd64',
      'cgroup mode': 'v2',
      distribution: 'Debian GNU/Linux 13 (trixie)',
      systemd: '257.8-1~deb13u2',
      'transparent huge pages': 'always',
    });
  });

  it('does not mind the order of the facts', () => {
    expect(fingerprintOf({ a: '1', b: '2' })).toBe(fingerprintOf({ b: '2', a: '1' }));
  });

  it('is another one when any fact is', () => {
    const fingerprint = fingerprintOf(factsOf(host, {}));
    expect(fingerprint).toMatch(/^[0-9a-f]{64}$/);
    expect(fingerprintOf(factsOf({ ...host, kernel: '6.12.57+deb13-amd64' }, {}))).not.toBe(fingerprint);
    expect(fingerprintOf(factsOf(host, { qemu: '1:10.0.3+ds-0+deb13u1' }))).not.toBe(fingerprint);
  });

  it('is of its own where the host is emulated, and else knows nothing of what is below', () => {
    const fingerprint = fingerprintOf(factsOf(host, {}));
    expect(fingerprintOf(factsOf({ ...host, virtualization: 'tcg' }, {}))).not.toBe(fingerprint);
    for (const virtualization of ['none', 'kvm', 'unknown', 'QEMU Standard PC']) {
      expect(fingerprintOf(factsOf({ ...host, virtualization, machine: 'QEMU' }, {}))).toBe(fingerprint);
    }
  });

  it('is the same when the kernel keeps a little more memory for itself', () => {
    expect(factsOf({ ...host, memoryBytes: host.memoryBytes - 20 * MIB }, {})).toEqual(factsOf(host, {}));
  });
});

describe.runIf(process.platform === 'linux')('this host', () => {
  const layout = { mode: 'v2', unified: '/sys/fs/cgroup', v1: {}, v2Controllers: [] } as const;

  it('is described as the record wants it, twice alike', async () => {
    const description = await describeHost({ ...layout, v2Controllers: [] });
    expect(hostSchema.parse(description)).toEqual(description);
    expect(description.memoryBytes).toBeGreaterThan(0);
    expect((await describeHost({ ...layout, v2Controllers: [] })).fingerprint).toBe(description.fingerprint);
  });

  it('is not named: records get published', async () => {
    const words = JSON.stringify(await describeHost({ ...layout, v2Controllers: [] }));
    const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
    for (const { mac, address, internal } of addresses) {
      if (internal) continue;
      expect(words).not.toContain(mac);
      expect(words).not.toContain(address);
    }
    expect(words.split(/[^\w-]+/)).not.toContain(hostname());
  });
});
