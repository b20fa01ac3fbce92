import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  makeBootDisk,
  partitionTable,
  rootOffsetOf,
  type Firmware,
} from '../../../harness/image/boot-disk.ts';
import { grubScript } from '../../../harness/image/boot-loader.ts';
import { imageFolder, type CachedImage } from '../../../harness/image/cache.ts';
import { processRunner } from '../../../harness/process/runner.ts';
import { findCommand } from '../../../harness/process/search-path.ts';
import { fakeRunner } from '../../fixtures/image/fake-tools.ts';
import { buildContext, sandbox } from '../../fixtures/image/sandbox.ts';

const MIB = 1024 * 1024;

describe('what GRUB is told', () => {
  it('behind a BIOS: to load the kernel in the image, with arguments from the VMM', () => {
    expect(grubScript('bios', '6.12.0-cloud-amd64')).toMatchInlineSnapshot(`
      "serial --unit=0 --speed=115200
      terminal_output serial
      set root=(hd0,gpt2)
      smbios --type 11 --get-string 4 --set arguments
      eval "linux /boot/vmlinuz-6.12.0-cloud-amd64 $arguments"
      initrd /boot/initrd.img-6.12.0-cloud-amd64
      boot
      "
    `);
  });

  it('behind a UEFI: the same, on the console that the firmware has', () => {
    const bios = grubScript('bios', '6.12.0').split('\n');
    expect(grubScript('uefi', '6.12.0').split('\n')).toEqual(bios.slice(2));
  });
});

describe('the partitions', () => {
  it('are the loader’s and the root’s, and the root is of the image’s size', () => {
    expect(partitionTable('bios', 500 * MIB)).toMatchInlineSnapshot(`
      "label: gpt
      start=2048, size=2048, type=21686148-6449-6E6F-744E-656564454649
      start=4096, size=1024000, type=0FC63DAF-8483-4772-8E79-3D69D8477DE4, uuid=7b1b0a5e-2d0c-4b43-9c1e-7457494e4254
      "
    `);
    expect(partitionTable('uefi', 500 * MIB)).toMatchInlineSnapshot(`
      "label: gpt
      start=2048, size=32768, type=C12A7328-F81F-11D2-BA4B-00A0C93EC93B
      start=34816, size=1024000, type=0FC63DAF-8483-4772-8E79-3D69D8477DE4, uuid=7b1b0a5e-2d0c-4b43-9c1e-7457494e4254
      "
    `);
  });
});

/** An image whose disk is a pattern that is easy to know again, with holes in it. */
function smallImage(): CachedImage {
  sandbox();
  const folder = imageFolder('ab12');
  mkdirSync(folder, { recursive: true });
  const disk = join(folder, 'disk.raw');
  const content = Buffer.alloc(4 * MIB);
  content.fill('twinboot', 0, 100_000).fill('at the end', 4 * MIB - 5000);
  writeFileSync(disk, content);
  const description = { kernel: '6.12.0', bytes: content.length } as CachedImage['description'];
  return { folder, disk, kernel: '', initrd: '', description };
}

const note = (): void => undefined;
const hasTools = ['sfdisk', 'grub-mkimage', 'mcopy', 'mkfs.vfat'].every(
  (tool) => findCommand(tool) !== undefined,
);

describe.runIf(hasTools)('a boot disk', () => {
  const make = (image: CachedImage, firmware: Firmware) =>
    makeBootDisk({ context: buildContext(processRunner), image, firmware, note });

  it.each<[Firmware, string]>([
    ['bios', 'BIOS boot'],
    ['uefi', 'EFI System'],
  ])('for %s holds the image’s file system byte for byte', async (firmware, loader) => {
    const image = smallImage();
    const path = await make(image, firmware);
    const table = execFileSync('sfdisk', ['--json', path], { encoding: 'utf8' });
    const { partitions } = (
      JSON.parse(table) as { partitiontable: { partitions: Record<string, unknown>[] } }
    ).partitiontable;
    const root = rootOffsetOf(firmware);
    expect(partitions[1]).toMatchObject({
      start: root / 512,
      size: (4 * MIB) / 512,
      uuid: '7B1B0A5E-2D0C-4B43-9C1E-7457494E4254',
    });
    expect(execFileSync('sfdisk', ['--list', path], { encoding: 'utf8' })).toContain(loader);
    const disk = readFileSync(path);
    expect(disk.subarray(root, root + 4 * MIB).equals(readFileSync(image.disk))).toBe(true);
    expect(statSync(path).mode & 0o777).toBe(0o444);
  });

  it('for BIOS has GRUB’s code in its first sector, which names the next one', async () => {
    const disk = readFileSync(await make(smallImage(), 'bios'));
    expect(disk.toString('latin1', 0, 440)).toContain('GRUB');
    expect(disk.readBigUInt64LE(0x5c)).toBe(2048n);
    expect(disk.readBigUInt64LE(2048 * 512 + 0x1f4)).toBe(2049n);
    expect(disk.readUInt16LE(510)).toBe(0xaa55);
  });

  it('for UEFI has GRUB where a firmware looks for it', async () => {
    const path = await make(smallImage(), 'uefi');
    const listed = execFileSync('mdir', ['-b', '-i', `${path}@@1M`, '::/EFI/BOOT'], { encoding: 'utf8' });
    expect(listed).toContain('BOOTX64.EFI');
  });

  it('is made once, also by two at the same time, and replaces one that an earlier loader made', async () => {
    const image = smallImage();
    writeFileSync(join(image.folder, 'disk-bios-00000000.raw'), 'of an earlier twinboot');
    const [one, other] = await Promise.all([make(image, 'bios'), make(image, 'bios')]);
    expect(one).toBe(other);
    const madeAt = statSync(one).mtimeMs;
    expect(statSync(await make(image, 'bios')).mtimeMs).toBe(madeAt);
    expect(readdirSync(image.folder)).toHaveLength(2);
  });
});

describe('a boot disk that fails', () => {
  it('leaves nothing behind', async () => {
    const image = smallImage();
    const runner = fakeRunner({
      sfdisk: () => {
        throw new Error('no space left on device');
      },
    });
    const made = makeBootDisk({ context: buildContext(runner), image, firmware: 'bios', note });
    await expect(made).rejects.toThrow('no space left on device');
    expect(readdirSync(image.folder)).toEqual(['disk.raw']);
    expect(readdirSync(join(image.folder, '..'))).toEqual(['ab12']);
  });
});
