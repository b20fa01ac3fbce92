import { describe, expect, it } from 'vitest';
import { GIB, MIB } from '../../../core/units.ts';
import { overlayRefused } from '../../../harness/host/checks/kernel.ts';
import { kvmChecks } from '../../../harness/host/checks/kvm.ts';
import { governorFinding, loadFinding } from '../../../harness/host/checks/noise.ts';
import {
  architectureFinding,
  hypervisorFinding,
  linuxFinding,
  otherArchitecturesFinding,
} from '../../../harness/host/checks/platform.ts';
import { inotifyFinding, memoryFinding, spaceFinding } from '../../../harness/host/checks/resources.ts';
import { toolFinding } from '../../../harness/host/checks/tools.ts';
import type { GuestTrial } from '../../../harness/host/kvm.ts';

describe('the platform', () => {
  it('is Linux, or the main job cannot run', () => {
    expect(linuxFinding('linux', '6.12.48')).toEqual({ state: 'ok', found: '6.12.48' });
    expect(linuxFinding('darwin', '24.1.0').state).toBe('missing');
  });

  it('is one whose virtual machines twinboot knows', () => {
    expect(architectureFinding('arm64').state).toBe('ok');
    expect(architectureFinding('riscv64')).toMatchObject({ state: 'missing', found: 'riscv64' });
  });

  it('names those of other architectures that it emulates, and finds no fault in having none', () => {
    expect(otherArchitecturesFinding(['arm64', 'riscv64'])).toEqual({
      state: 'ok',
      found: 'emulated: arm64, riscv64',
    });
    expect(otherArchitecturesFinding([])).toMatchObject({ state: 'ok', found: 'none' });
  });
});

describe('what is below this host', () => {
  it('is said, with the maker', () => {
    expect(hypervisorFinding('kvm', 'Amazon EC2 m5.large')).toMatchObject({
      state: 'ok',
      found: 'virtual machine: kvm (Amazon EC2 m5.large)',
    });
    expect(hypervisorFinding('none')).toEqual({ state: 'ok', found: 'none: a machine of its own' });
    expect(hypervisorFinding('unknown').found).toBe(
      'virtual machine: a hypervisor that does not say its name',
    );
  });

  it('makes times worthless where it is emulation', () => {
    expect(hypervisorFinding('tcg')).toMatchObject({
      state: 'warning',
      found: 'virtual machine: tcg (emulated)',
      reason: 'times measured here mean nothing, memory and counts hold',
    });
  });

  it('can be unknown', () => {
    expect(hypervisorFinding(undefined)).toMatchObject({ state: 'warning', found: 'unknown' });
  });
});

describe('resources', () => {
  it.each([
    [2 * GIB, 'ok'],
    [700 * MIB, 'warning'],
    [300 * MIB, 'missing'],
  ])('%d bytes of memory: %s', (bytes, state) => {
    expect(memoryFinding(bytes).state).toBe(state);
  });

  it.each([
    [3 * GIB, 'ok'],
    [3 * GIB - 1, 'missing'],
  ])('%d bytes of disk: %s', (bytes, state) => {
    expect(spaceFinding(bytes, '/var/tmp').state).toBe(state);
  });

  it('the inotify limit comes with what it is enough for', () => {
    expect(inotifyFinding(128).reason).toContain('about 21 containers');
    expect(inotifyFinding(1024)).toEqual({ found: '1024' });
  });
});

describe('noise', () => {
  it('load counts by CPU', () => {
    expect(loadFinding(1.5, 4).state).toBe('ok');
    expect(loadFinding(1.5, 2)).toMatchObject({ state: 'warning', found: '1.50 over 2 CPUs' });
  });

  it('a governor that changes the frequency is a warning, none is not', () => {
    expect(governorFinding('performance').state).toBe('ok');
    expect(governorFinding(undefined).state).toBe('ok');
    expect(governorFinding('powersave').state).toBe('warning');
  });
});

describe('an overlay that does not mount', () => {
  it('on another overlay is told from a kernel without overlayfs', () => {
    expect(overlayRefused('wrong fs type', true, '/var/tmp').found).toBe('/var/tmp is on overlayfs');
    expect(overlayRefused('unknown filesystem type', false, '/var/tmp').fix).toContain('modprobe overlay');
  });
});

it('a tool that is missing comes with its purpose and its package', () => {
  const tool = {
    name: 'qemu-img',
    package: 'qemu-utils',
    purpose: 'makes disks',
    neededFor: 'bench',
  } as const;
  expect(toolFinding({ tool })).toMatchObject({ state: 'missing', reason: 'it makes disks' });
  expect(toolFinding({ tool }).fix).toMatch(/qemu-utils$/);
  expect(toolFinding({ tool, path: '/usr/bin/qemu-img', version: '7.2' })).toEqual({
    state: 'ok',
    found: '7.2',
  });
});

describe('KVM in three steps', () => {
  const ok = { ok: true } as const;
  const trial = (accelerator: 'kvm' | 'tcg', cpu: string, ms: number, problem?: string): GuestTrial => ({
    accelerator,
    cpu,
    ms,
    ran: problem === undefined,
    ...(problem === undefined ? {} : { problem }),
  });
  const control = trial('tcg', 'qemu64', 150);
  const guestCheck = (...guests: GuestTrial[]) => kvmChecks({ device: ok, opens: ok, guests }).at(-1);

  it('are never needed', () => {
    const checks = kvmChecks({ device: { ok: false, reason: 'no /dev/kvm', fix: 'modprobe kvm_intel' } });
    expect(checks.map(({ id, state, needed }) => ({ id, state, needed }))).toEqual([
      { id: 'kvm-device', state: 'warning', needed: false },
      { id: 'kvm-opens', state: 'warning', needed: false },
      { id: 'kvm-guest', state: 'warning', needed: false },
    ]);
    expect(checks[0]?.reason).toContain('will be emulated');
  });

  it('a guest that runs is ok, and proves nothing about Linux', () => {
    const check = guestCheck(control, trial('kvm', 'host', 90), trial('kvm', 'kvm64', 95));
    expect(check).toMatchObject({
      state: 'ok',
      found: '-cpu host: 90.0 ms; -cpu kvm64: 95.0 ms; emulated for comparison: 150 ms',
      reason: expect.stringMatching(/^a boot sector that runs does not prove that Linux runs/) as string,
    });
  });

  it('a guest that is slower than emulated is suspicious', () => {
    const check = guestCheck(control, trial('kvm', 'host', 1600), trial('kvm', 'kvm64', 1500));
    expect(check).toMatchObject({ state: 'warning', reason: expect.stringContaining('doubtful') as string });
  });

  it('a guest that runs only on a plain CPU model says what -cpu host said', () => {
    const check = guestCheck(
      control,
      trial('kvm', 'host', 50, 'failed to set MSR 0x10a'),
      trial('kvm', 'kvm64', 90),
    );
    expect(check).toMatchObject({ state: 'warning', reason: expect.stringContaining('MSR 0x10a') as string });
  });

  it('no guest that runs: QEMU’s own words, once', () => {
    const failed = (cpu: string) => trial('kvm', cpu, 50, 'failed to set MSR 0x10a');
    const check = guestCheck(control, failed('host'), failed('kvm64'));
    expect(check?.reason).toMatch(/^failed to set MSR 0x10a; VM figures will be emulated/);
  });

  it('a guest that does not run emulated either says nothing about KVM', () => {
    const check = guestCheck(trial('tcg', 'qemu64', 6000, 'no word'), trial('kvm', 'host', 6000, 'no word'));
    expect(check?.reason).toContain('says nothing about KVM');
  });
});
