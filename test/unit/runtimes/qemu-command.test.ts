import { describe, expect, it } from 'vitest';
import { MIB } from '../../../core/units.ts';
import {
  qemuBootArguments,
  qemuKernelArguments,
  type QemuBoot,
} from '../../../harness/runtimes/qemu-command.ts';

const boot: QemuBoot = {
  accelerator: 'tcg',
  cpu: 'max',
  cpus: 2,
  memoryBytes: 512 * MIB,
  translationCacheBytes: 256 * MIB,
  kernel: '/cache/images/ab12/vmlinuz',
  initrd: '/cache/images/ab12/initrd.img',
  append: '',
  disk: '/var/tmp/twinboot-1/r1-1/disk.qcow2',
  agentSocket: '/var/tmp/twinboot-1/r1-1/agent',
  agentPort: 'virtio',
};

/** A line for each option with its value. */
function shown(args: string[]): string {
  return args.join('\n').replaceAll(/\n(?!-)/g, ' ');
}
function valueOf(args: string[], option: string): string | undefined {
  return args[args.indexOf(option) + 1];
}

describe('the command line of a VM', () => {
  it('emulated, with the agent on a virtio-serial port', () => {
    expect(shown(qemuBootArguments(boot))).toMatchInlineSnapshot(`
      "-nodefaults
      -no-user-config
      -display none
      -no-reboot
      -machine q35,memory-backend=ram
      -accel tcg,thread=multi,tb-size=256
      -cpu max
      -smp 2
      -m 512M
      -object memory-backend-memfd,id=ram,size=512M,share=on
      -chardev stdio,id=console,signal=off
      -serial chardev:console
      -kernel /cache/images/ab12/vmlinuz
      -initrd /cache/images/ab12/initrd.img
      -append root=/dev/vda rw console=ttyS0 earlyprintk=ttyS0 loglevel=6 panic=-1
      -drive file=/var/tmp/twinboot-1/r1-1/disk.qcow2,if=none,id=root,format=qcow2,cache=writeback
      -device virtio-blk-pci,drive=root
      -device virtio-rng-pci
      -chardev socket,id=agent,path=/var/tmp/twinboot-1/r1-1/agent
      -device virtio-serial-pci
      -device virtserialport,chardev=agent,name=twinboot.agent"
    `);
  });

  it('with KVM and its host’s CPU: no translation cache', () => {
    const args = qemuBootArguments({ ...boot, accelerator: 'kvm', cpu: 'host' });
    expect([valueOf(args, '-accel'), valueOf(args, '-cpu')]).toEqual(['kvm', 'host']);
    expect(shown(args)).not.toContain('tb-size');
  });

  it('with the agent on the second serial port, for images without the driver', () => {
    const args = qemuBootArguments({ ...boot, agentPort: 'serial' });
    expect(args.slice(-2)).toEqual(['-serial', 'chardev:agent']);
    // The console comes first: it is ttyS0, the agent's ttyS1.
    expect(args.indexOf('chardev:console')).toBeLessThan(args.indexOf('chardev:agent'));
    expect(shown(args)).not.toContain('virtio-serial');
  });

  it('a comma in a path is written twice, where QEMU reads a list', () => {
    const args = shown(qemuBootArguments({ ...boot, disk: '/a,b/disk', agentSocket: '/a,b/agent' }));
    expect(args).toContain('file=/a,,b/disk,if=none');
    expect(args).toContain('path=/a,,b/agent');
  });

  it('what is added to the kernel’s command line comes last, and stays one argument', () => {
    const args = qemuBootArguments({ ...boot, append: 'systemd.unit=rescue.target quiet' });
    expect(valueOf(args, '-append')).toMatch(/ panic=-1 systemd\.unit=rescue\.target quiet$/);
    expect(valueOf(qemuBootArguments(boot), '-append')).toMatch(/ panic=-1$/);
  });

  it('guest RAM and its backing memfd are of one size, in MiB', () => {
    const args = qemuBootArguments({ ...boot, memoryBytes: 300 * MIB + 1 });
    expect(valueOf(args, '-m')).toBe('300M');
    expect(valueOf(args, '-object')).toContain('size=300M');
  });
});

describe('the command line that proves an accelerator', () => {
  it('is the same machine without a disk and without an agent', () => {
    const proof = qemuKernelArguments(boot);
    expect(qemuBootArguments(boot).slice(0, proof.length)).toEqual(proof);
    expect(shown(proof)).not.toMatch(/-drive|agent/);
  });
});
