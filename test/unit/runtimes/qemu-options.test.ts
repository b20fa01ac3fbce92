import { describe, expect, it } from 'vitest';
import { TwinbootError } from '../../../core/error.ts';
import { parseRuntimeSpec } from '../../../harness/runtimes/spec.ts';

/** What the person at the terminal reads. */
function complaint(text: string): string {
  try {
    parseRuntimeSpec(text);
  } catch (error) {
    if (error instanceof TwinbootError) return `${error.kind} ${error.code}: ${error.message}\n${error.hint}`;
    throw error;
  }
  return 'accepted';
}

describe('options of QEMU that cannot go together', () => {
  it.each(['bios', 'uefi'])('a microvm that boots by %s', (boot) => {
    expect(complaint(`qemu:machine=microvm,boot=${boot}`)).toBe(
      `usage bad-combination: runtime qemu: no firmware of machine=microvm boots a disk (boot=${boot})\n` +
        'boot=direct, or machine=q35',
    );
  });

  it('a microvm with a disk or a port that it does not have', () => {
    expect(complaint('qemu:machine=microvm,disk=nvme')).toMatchInlineSnapshot(`
      "usage bad-combination: runtime qemu: machine=microvm has no PCI, which disk=nvme needs
      disk=virtio-blk, or machine=q35"
    `);
    expect(complaint('qemu:machine=microvm,channel=serial')).toMatchInlineSnapshot(`
      "usage bad-combination: runtime qemu: machine=microvm has one serial port, the console’s (channel=serial)
      channel=virtio, or machine=q35"
    `);
  });

  it.each(['q35', 'pc'])('a microvm’s firmware for %s', (machine) => {
    expect(complaint(`qemu:machine=${machine},firmware=qboot`)).toBe(
      `usage bad-combination: runtime qemu: firmware=qboot is for machine=microvm alone\n` +
        'machine=microvm, or firmware=auto with boot=direct or bios (SeaBIOS) or boot=uefi (OVMF)',
    );
    expect(complaint(`qemu:machine=${machine},firmware=auto`)).toBe('accepted');
  });

  it('huge pages for KSM', () => {
    expect(complaint('qemu:hugepages=on,ksm=on')).toMatchInlineSnapshot(`
      "usage bad-combination: runtime qemu: KSM merges no huge pages (hugepages=on, ksm=on)
      hugepages=off, or ksm=off"
    `);
  });

  it('huge pages within one limit', () => {
    expect(complaint('qemu:hugepages=on,limit=boundary')).toMatchInlineSnapshot(`
      "usage bad-combination: runtime qemu: no control group is charged for huge pages, so that none can limit them (hugepages=on, limit=boundary)
      hugepages=off, or limit=guest"
    `);
    expect(complaint('qemu:limit=boundary')).toBe('accepted');
  });

  it('transparent huge pages with other kinds of RAM', () => {
    expect(complaint('qemu:hugepages=on,thp=on')).toMatchInlineSnapshot(`
      "usage bad-combination: runtime qemu: guest RAM is of huge pages already (hugepages=on, thp=on)
      hugepages=off, or thp=off"
    `);
    expect(complaint('qemu:ksm=on,thp=on')).toMatchInlineSnapshot(`
      "usage bad-combination: runtime qemu: KSM takes huge pages apart (ksm=on, thp=on)
      ksm=off, or thp=off"
    `);
    expect(complaint('qemu:thp=on')).toBe('accepted');
  });

  it.each(['a="b c"', 'a=$b', 'a;b', 'a\\b', "a='b'", 'a{b}'])(
    'words that a boot loader would read in its own way: %s',
    (append) => {
      expect(complaint(`qemu:boot=bios,append=${append}`)).toContain('does not pass through the boot loader');
      expect(complaint(`qemu:append=${append}`)).toBe('accepted');
    },
  );

  it.each([
    'qemu:machine=pc,boot=uefi,disk=nvme,balloon=on',
    'qemu:machine=microvm,disk=virtio-scsi,hugepages=on',
    'qemu:machine=microvm,firmware=qboot',
    'qemu:boot=bios,append=systemd.unit=rescue.target quiet isolcpus=0,,1',
  ])('others can: %s', (text) => {
    expect(complaint(text)).toBe('accepted');
  });
});
