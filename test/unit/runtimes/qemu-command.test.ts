import { describe, expect, it } from 'vitest';
import { MIB } from '../../../core/units.ts';
import {
  qemuBootArguments,
  qemuKernelArguments,
  type QemuBoot,
} from '../../../harness/runtimes/qemu-command.ts';

const boot: QemuBoot = {
  architecture: 'amd64',
  type: 'q35',
  path: { boot: 'direct' },
  accelerator: 'tcg',
  cpu: 'max',
  cpus: 2,
  memoryBytes: 512 * MIB,
  ram: 'memfd',
  translationCacheBytes: 256 * MIB,
  tcgThread: 'multi',
  kernel: '/cache/images/ab12/vmlinux-c0ffee00',
  initrd: '/cache/images/ab12/initrd-c0ffee00',
  clock: '',
  append: '',
  sandbox: ['-sandbox', 'on,spawn=deny'],
  diskBus: 'virtio-blk',
  balloon: false,
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

function devicesOf(args: string[]): string[] {
  return args.filter((_, index) => args[index - 1] === '-device');
}

describe('the command line of a VM', () => {
  it('emulated, with the agent on a virtio-serial port', () => {
    expect(shown(qemuBootArguments(boot))).toMatchInlineSnapshot(`
      "-nodefaults
      -no-user-config
      -display none
      -no-reboot
      -sandbox on,spawn=deny
      -machine q35,memory-backend=ram,mem-merge=off
      -accel tcg,thread=multi,tb-size=256
      -cpu max
      -smp 2
      -m 512M
      -object memory-backend-memfd,share=on,id=ram,size=512M
      -chardev stdio,id=console,signal=off
      -serial chardev:console
      -kernel /cache/images/ab12/vmlinux-c0ffee00
      -initrd /cache/images/ab12/initrd-c0ffee00
      -append root=/dev/vda rw console=ttyS0 earlyprintk=ttyS0 loglevel=6 panic=-1
      -drive file=/var/tmp/twinboot-1/r1-1/disk.qcow2,if=none,id=root,format=qcow2,cache=writeback
      -device virtio-blk-pci,drive=root
      -device virtio-rng-pci
      -chardev socket,id=agent,path=/var/tmp/twinboot-1/r1-1/agent
      -device virtio-serial-pci,max_ports=2
      -device virtserialport,chardev=agent,name=twinboot.agent"
    `);
  });

  it('with KVM and its host’s CPU: no translation cache', () => {
    const args = qemuBootArguments({ ...boot, accelerator: 'kvm', cpu: 'host' });
    expect([valueOf(args, '-accel'), valueOf(args, '-cpu')]).toEqual(['kvm', 'host']);
    expect(shown(args)).not.toContain('tb-size');
  });

  it('emulated by one thread, where that was asked for', () => {
    const args = qemuBootArguments({ ...boot, tcgThread: 'single' });
    expect(valueOf(args, '-accel')).toBe('tcg,thread=single,tb-size=256');
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

describe('the command line of another machine', () => {
  it('microvm: every device on the plain bus, since there is no PCI', () => {
    const args = qemuBootArguments({ ...boot, type: 'microvm', balloon: true });
    expect(valueOf(args, '-machine')).toBe(
      'microvm,acpi=on,pit=on,pic=on,rtc=on,isa-serial=on,memory-backend=ram,mem-merge=off',
    );
    expect(devicesOf(args)).toEqual([
      'virtio-blk-device,drive=root',
      'virtio-rng-device',
      'virtio-balloon-device,free-page-reporting=on',
      'virtio-serial-device,max_ports=2',
      'virtserialport,chardev=agent,name=twinboot.agent',
    ]);
  });

  it('microvm with a firmware that was asked for; QEMU chooses where there is none', () => {
    const args = qemuBootArguments({ ...boot, type: 'microvm', bios: 'qboot.rom' });
    expect(valueOf(args, '-bios')).toBe('qboot.rom');
    expect(qemuBootArguments({ ...boot, type: 'microvm' })).not.toContain('-bios');
  });

  it.each([
    ['arm64', 'console=ttyAMA0 earlycon'],
    ['riscv64', 'console=ttyS0 earlycon=sbi'],
  ] as const)('virt, of %s: its own console, and devices on PCI Express', (architecture, console) => {
    const args = qemuBootArguments({ ...boot, architecture, type: 'virt' });
    expect(valueOf(args, '-machine')).toBe('virt,memory-backend=ram,mem-merge=off');
    expect(valueOf(args, '-append')).toBe(`root=/dev/vda rw ${console} loglevel=6 panic=-1`);
    expect(devicesOf(args)).toContain('virtio-blk-pci,drive=root');
  });

  it('through SeaBIOS: the disk is booted, and GRUB is told the kernel’s arguments by SMBIOS', () => {
    const args = qemuBootArguments({ ...boot, path: { boot: 'bios' }, append: 'systemd.log_level=info' });
    expect(shown(args)).not.toMatch(/-kernel|-initrd|-append|pflash/);
    expect(devicesOf(args)[0]).toBe('virtio-blk-pci,drive=root,bootindex=0');
    expect(valueOf(args, '-smbios')).toBe(
      'type=11,value=root=PARTUUID=7b1b0a5e-2d0c-4b43-9c1e-7457494e4254 rw console=ttyS0 earlyprintk=ttyS0 ' +
        'loglevel=6 panic=-1 systemd.log_level=info',
    );
  });

  it('a comma in what is appended reaches GRUB as one', () => {
    const args = qemuBootArguments({ ...boot, path: { boot: 'bios' }, append: 'isolcpus=0,1' });
    expect(valueOf(args, '-smbios')).toMatch(/ isolcpus=0,,1$/);
  });

  it('through OVMF: its code is read-only, its variables are this boot’s own', () => {
    const path = {
      boot: 'uefi',
      code: '/usr/share/OVMF/CODE.fd',
      variables: '/var/tmp/boot/vars.fd',
    } as const;
    const args = qemuBootArguments({ ...boot, path });
    expect(args.filter((word) => word.includes('pflash'))).toEqual([
      'file=/usr/share/OVMF/CODE.fd,if=pflash,unit=0,format=raw,readonly=on',
      'file=/var/tmp/boot/vars.fd,if=pflash,unit=1,format=raw',
    ]);
  });

  it.each([
    ['virtio-blk', '/dev/vda', ['virtio-blk-pci,drive=root']],
    ['virtio-scsi', '/dev/sda', ['virtio-scsi-pci', 'scsi-hd,drive=root']],
    ['nvme', '/dev/nvme0n1', ['nvme,drive=root,serial=twinboot']],
  ] as const)('a disk by %s is %s', (diskBus, root, devices) => {
    const args = qemuBootArguments({ ...boot, diskBus });
    expect(valueOf(args, '-append')).toContain(`root=${root} `);
    expect(devicesOf(args).slice(0, devices.length)).toEqual(devices);
  });

  it.each([
    ['memfd', 'off', 'memory-backend-memfd,share=on,id=ram,size=512M'],
    // KSM takes private anonymous memory only.
    ['mergeable', 'on', 'memory-backend-ram,share=off,merge=on,id=ram,size=512M'],
    ['hugepages', 'off', 'memory-backend-memfd,share=on,hugetlb=on,id=ram,size=512M'],
    // The kernel gives huge pages for anonymous memory; for a memfd only where it was told to for all of them.
    ['thp', 'off', 'memory-backend-ram,share=off,merge=off,id=ram,size=512M'],
  ] as const)('guest RAM that is %s', (ram, merge, backend) => {
    const args = qemuBootArguments({ ...boot, ram });
    expect(valueOf(args, '-machine')).toBe(`q35,memory-backend=ram,mem-merge=${merge}`);
    expect(valueOf(args, '-object')).toBe(backend);
  });
});

describe('the command line that proves an accelerator', () => {
  it('is the same machine without a disk and without an agent', () => {
    const proof = qemuKernelArguments(boot);
    expect(qemuBootArguments(boot).slice(0, proof.length)).toEqual(proof);
    expect(shown(proof)).not.toMatch(/-drive|agent/);
  });

  it('loads the kernel directly, also where the boot goes through a firmware', () => {
    expect(qemuKernelArguments({ ...boot, path: { boot: 'bios' } } as QemuBoot)).toEqual(
      qemuKernelArguments(boot),
    );
  });
});
