import { describe, expect, it } from 'vitest';
import {
  boundaryFinding,
  hasDeviceRules,
  isAtLeast,
  runsGuest,
  type Boundaries,
} from '../../../harness/host/checks/boundary.ts';
import type { CgroupLayout } from '../../../harness/process/cgroup.ts';

const all: Boundaries = {
  userNamespaces: true,
  idMappedMounts: true,
  deviceRules: true,
  seccomp: true,
  kvm: true,
};

describe('what keeps a foreign image from the host', () => {
  it('is said where it is all there', () => {
    expect(boundaryFinding(all)).toEqual({
      state: 'ok',
      found: 'user namespaces, id-mapped mounts, device rules, seccomp, KVM',
    });
  });

  it('is named where it is missing, with what that means', () => {
    expect(boundaryFinding({ ...all, userNamespaces: false, kvm: false })).toMatchObject({
      state: 'warning',
      found: 'without user namespaces, KVM',
      reason:
        'user namespaces: root in a container is root of this host; KVM: an emulated VM is no boundary that QEMU answers for',
    });
  });
});

it.each([
  [
    true,
    [
      { accelerator: 'tcg', ran: true },
      { accelerator: 'kvm', ran: true },
    ],
  ],
  [
    false,
    [
      { accelerator: 'tcg', ran: true },
      { accelerator: 'kvm', ran: false },
    ],
  ],
  [false, undefined],
] as const)('a device of KVM is a boundary where a guest ran under it: %s', (expected, trials) => {
  const guests = trials?.map((trial) => ({ ...trial, cpu: 'host', ms: 200 }));
  expect(runsGuest({ device: { ok: true }, ...(guests && { guests }) })).toBe(expected);
});

describe('rules on device nodes', () => {
  const v2: CgroupLayout = { mode: 'v2', unified: '/sys/fs/cgroup', v1: {}, v2Controllers: [] };

  it.each<[boolean, string, CgroupLayout, string]>([
    [true, 'the v1 controller', { ...v2, v1: { devices: '/sys/fs/cgroup/devices' } }, ''],
    [true, 'v2 with BPF', v2, 'ffffffff81 T cgroup_bpf_prog_attach\n'],
    [false, 'v2 without BPF', v2, 'ffffffff81 T cgroup_attach_task\n'],
  ])('%s: %s', (expected, _, layout, symbols) => {
    expect(hasDeviceRules(layout, symbols)).toBe(expected);
  });
});

it.each([
  ['6.12.48+deb13-amd64', true],
  ['5.12.0', true],
  ['5.10.0-30-amd64', false],
  ['4.19.0', false],
])('Linux %s has id-mapped mounts: %s', (kernel, expected) => {
  expect(isAtLeast(kernel, 5, 12)).toBe(expected);
});
