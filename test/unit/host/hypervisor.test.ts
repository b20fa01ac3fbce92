import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hostError } from '../../../core/error.ts';
import { packageRoot } from '../../../core/package-root.ts';
import { readHypervisor } from '../../../harness/host/hypervisor-readings.ts';
import {
  byDetectVirt,
  bySignature,
  decideHypervisor,
  describeMachine,
  type DetectVirtAnswer,
  type HypervisorReadings,
} from '../../../harness/host/hypervisor.ts';

const fixture = (name: string): string =>
  readFileSync(join(packageRoot(), 'test/fixtures/host', name), 'utf8');

/** CPUID leaf 0x40000000 as /dev/cpu/0/cpuid gives it: the highest leaf, then the signature. */
const cpuid = (signature: string): Buffer =>
  Buffer.concat([Buffer.from([1, 0, 0, 0x40]), Buffer.from(signature.padEnd(12, '\0'), 'latin1')]);

const word = (stdout: string): DetectVirtAnswer => ({ stdout: `${stdout}\n`, exitCode: 0 });
const none: DetectVirtAnswer = { stdout: 'none\n', exitCode: 1 };

const physical: HypervisorReadings = { arch: 'x64', cpuinfo: fixture('cpuinfo-x86-physical'), dmi: {} };
const guest: HypervisorReadings = { arch: 'x64', cpuinfo: fixture('cpuinfo-x86-guest'), dmi: {} };
const emulated: HypervisorReadings = {
  arch: 'x64',
  cpuinfo: fixture('cpuinfo-x86-tcg'),
  dmi: { vendor: 'QEMU', product: 'Standard PC (Q35 + ICH9, 2009)' },
};
const arm: HypervisorReadings = { arch: 'arm64', cpuinfo: fixture('cpuinfo-arm64'), dmi: {} };

describe('the signature', () => {
  it('names the hypervisor, as captured under KVM and under TCG', () => {
    expect(bySignature(Buffer.from('010000404b564d4b564d4b564d000000', 'hex'))).toBe('kvm');
    expect(bySignature(Buffer.from('01000040544347544347544347544347', 'hex'))).toBe('tcg');
  });

  it.each([
    ['XenVMMXenVMM', 'xen'],
    ['VMwareVMware', 'vmware'],
    ['Microsoft Hv', 'hyper-v'],
    ['VBoxVBoxVBox', 'virtualbox'],
    ['bhyve bhyve ', 'bhyve'],
    ['Linux KVM Hv', 'kvm'],
    ['NobodyKnows!', undefined],
    ['', undefined],
  ])('%j: %s', (signature, hypervisor) => {
    expect(bySignature(cpuid(signature))).toBe(hypervisor);
  });

  it('is not there where the device gave less', () => {
    expect(bySignature(undefined)).toBeUndefined();
    expect(bySignature(Buffer.alloc(4))).toBeUndefined();
  });

  it('is trusted over everything else but the model of an emulated CPU', () => {
    expect(decideHypervisor({ ...guest, cpuid: cpuid('KVMKVMKVM'), detectVirt: word('qemu') })).toBe('kvm');
    expect(decideHypervisor({ ...guest, cpuid: cpuid('TCGTCGTCGTCG'), detectVirt: word('amazon') })).toBe(
      'tcg',
    );
  });

  it('is another one’s where a hypervisor runs on an emulated machine: what is in it is emulated all the same', () => {
    for (const signature of ['KVMKVMKVM', 'XenVMMXenVMM'])
      expect(decideHypervisor({ ...emulated, cpuid: cpuid(signature) })).toBe('tcg');
  });
});

describe('systemd-detect-virt', () => {
  it.each([
    ['qemu', 'tcg'],
    ['kvm', 'kvm'],
    ['amazon', 'kvm'],
    ['microsoft', 'hyper-v'],
    ['oracle', 'virtualbox'],
    ['vm-other', 'unknown'],
    ['a-word-of-2030', 'unknown'],
  ])('%s: %s', (answer, hypervisor) => {
    expect(decideHypervisor({ ...guest, detectVirt: word(answer) })).toBe(hypervisor);
  });

  it('says none with exit status 1, also of a machine of a cloud', () => {
    const metal = { vendor: 'Amazon EC2', product: 'c5.metal' };
    expect(decideHypervisor({ ...physical, dmi: metal, detectVirt: none })).toBe('none');
    expect(decideHypervisor({ ...arm, dmi: metal, detectVirt: none })).toBe('none');
  });

  it.each(['constructor', 'toString', '__proto__'])('names nothing with the word %s', (word) => {
    expect(byDetectVirt({ arch: 'x64', detectVirt: { stdout: word, exitCode: 0 } })).toBeUndefined();
  });

  it('is not believed where it failed', () => {
    expect(decideHypervisor({ ...guest, detectVirt: { stdout: '', exitCode: 1 } })).toBe('unknown');
    expect(decideHypervisor({ ...guest, detectVirt: { stdout: 'kvm\n', exitCode: undefined } })).toBe(
      'unknown',
    );
  });

  it('says qemu of ARM machines that are not emulated too', () => {
    const dmi = { vendor: 'QEMU', product: 'QEMU Virtual Machine' };
    expect(decideHypervisor({ ...arm, dmi, detectVirt: word('qemu') })).toBe('unknown');
    const cpuinfo = 'CPU implementer\t: 0x00\nCPU part\t: 0x051\n';
    expect(decideHypervisor({ ...arm, cpuinfo, dmi, detectVirt: word('qemu') })).toBe('tcg');
  });
});

describe('without either', () => {
  it('Xen is in /sys/hypervisor', () => {
    expect(decideHypervisor({ ...physical, sysHypervisor: 'xen\n' })).toBe('xen');
  });

  it('lscpu names those that it knows, and says nothing of TCG', () => {
    expect(decideHypervisor({ ...guest, lscpu: fixture('lscpu-kvm') })).toBe('kvm');
    expect(decideHypervisor({ ...guest, lscpu: fixture('lscpu-tcg') })).toBe('unknown');
    const root = 'Hypervisor vendor:   Xen\nVirtualization type: none\n';
    expect(decideHypervisor({ ...physical, lscpu: root })).toBe('none');
  });

  it('the CPU model of -cpu max names TCG', () => {
    expect(decideHypervisor(emulated)).toBe('tcg');
  });

  it.each([
    ['VMware, Inc.', 'VMware Virtual Platform', 'vmware'],
    ['innotek GmbH', 'VirtualBox', 'virtualbox'],
    ['Microsoft Corporation', 'Virtual Machine', 'hyper-v'],
    ['QEMU', 'KVM Virtual Machine', 'kvm'],
    ['QEMU', 'Standard PC (i440FX + PIIX, 1996)', 'unknown'],
    ['Amazon EC2', 't3.micro', 'unknown'],
  ])('the maker %s %s: %s', (vendor, product, hypervisor) => {
    expect(decideHypervisor({ ...guest, dmi: { vendor, product } })).toBe(hypervisor);
  });

  it('goes by the maker alone where the CPU does not tell', () => {
    const dmi = { vendor: 'QEMU', product: 'KVM Virtual Machine' };
    expect(decideHypervisor({ ...arm, dmi })).toBe('kvm');
  });
});

describe('where nothing names it', () => {
  it('a hypervisor that the CPU speaks of is unknown, and not none', () => {
    expect(decideHypervisor(guest)).toBe('unknown');
  });

  it('an x86 CPU that speaks of none is a machine of its own', () => {
    expect(decideHypervisor({ ...physical, dmi: { vendor: 'Dell Inc.', product: 'PowerEdge R640' } })).toBe(
      'none',
    );
  });

  it('an ARM machine is neither', () => {
    expect(decideHypervisor(arm)).toBeUndefined();
    expect(decideHypervisor({ ...arm, dmi: { vendor: 'Amazon EC2', product: 'm7g.large' } })).toBeUndefined();
  });
});

it('the machine is what the firmware says, or nothing', () => {
  expect(describeMachine({ vendor: 'Amazon EC2', product: 't3.micro' })).toBe('Amazon EC2 t3.micro');
  expect(describeMachine({ vendor: '', product: 'VirtualBox' })).toBe('VirtualBox');
  expect(describeMachine({})).toBeUndefined();
});

describe.runIf(process.platform === 'linux')('the readings of this host', () => {
  it('are enough to decide, also where no command is installed', async () => {
    const asked: string[] = [];
    const readings = await readHypervisor({
      run: (command) => {
        asked.push(command);
        return Promise.reject(hostError('missing-tool', `${command} is not installed`));
      },
    });
    expect(readings.cpuinfo).not.toBe('');
    expect(['', 'systemd-detect-virt,lscpu']).toContain(asked.join());
    expect(() => decideHypervisor(readings)).not.toThrow();
  });
});
