import { describe, expect, it } from 'vitest';
import { boundaryWarnings, warningsOf } from '../../../harness/schedule/warnings.ts';
import type { RunRecord } from '../../../results/record.ts';
import { buildRecord } from '../../fixtures/records/record.ts';
import { parseRuntimes } from '../../../harness/runtimes/spec.ts';
import type { CachedImage } from '../../../harness/image/cache.ts';

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

const image = (name: string) => ({ description: { name } }) as Pick<CachedImage, 'description'>;

/** The lines for these runtimes, as they are set up. */
function linesFor(name: string, ...texts: string[]): string[] {
  const specs = parseRuntimes(texts);
  const runtimes = specs.map(({ id, runtime, options }) => ({
    id,
    isolation: runtime.isolation(options),
    ...(runtime.id === 'qemu' && { accelerator: id.includes('tcg') ? ('tcg' as const) : ('kvm' as const) }),
    ...(runtime.id === 'xen' && { accelerator: 'xen' as const }),
  }));
  return boundaryWarnings(image(name), runtimes, specs).map(({ message }) => message);
}

describe('an image that twinboot has not made alone', () => {
  it('is said to get the host from a container without a user namespace', () => {
    expect(linesFor('shop', 'nspawn', 'nspawn:userns=on', 'qemu')).toEqual([
      'nspawn gives no boundary: root of the image shop can become root of this host; its option userns=on gives one',
    ]);
  });

  it('gets a line for each combination without a boundary', () => {
    expect(linesFor('shop', 'namespaces', 'lxc', 'podman', 'lxc:userns=on')).toHaveLength(3);
  });
});

describe('a VM that no hypervisor runs', () => {
  it.each(['qemu:accel=tcg', 'uml'])('%s is said to hold such an image by an ordinary user alone', (spec) => {
    expect(linesFor('shop', spec)).toEqual([
      `${spec} is not run by a hypervisor and gives no boundary of a VM: what holds the image shop is an ordinary user's room`,
    ]);
  });
});

describe('a guest of Xen', () => {
  it('is held by the hypervisor, and needs no line', () => {
    expect(linesFor('shop', 'xen:type=pv')).toEqual([]);
  });
});

describe('what boots nothing', () => {
  it('needs no line', () => {
    expect(linesFor('shop', 'fake')).toEqual([]);
  });
});

describe('a plain image', () => {
  it('is the distribution’s own, and needs no line', () => {
    expect(linesFor('trixie', 'nspawn', 'podman')).toEqual([]);
  });
});
