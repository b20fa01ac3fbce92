import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { installCommand } from '../../../harness/host/tools.ts';
import {
  firmwareName,
  microvmFirmware,
  whyNoMicrovmFirmware,
} from '../../../harness/runtimes/qemu-firmware.ts';

let root: string;
/** As Debian has them: SeaBIOS in a folder of its own, which comes second, and qboot in its place in the first. */
let debian: string[];
/** As QEMU's own build has them. */
let upstream: string[];
/** QEMU without either. */
let bare: string[];

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'twinboot-firmware-'));
  const folder = (name: string, files: string[]): string => {
    const path = join(root, name);
    mkdirSync(path);
    for (const file of files) writeFileSync(join(path, file), '');
    return path;
  };
  const first = folder('debian-qemu', ['qboot.rom']);
  symlinkSync('qboot.rom', join(first, 'bios-microvm.bin'));
  debian = [first, folder('debian-seabios', ['bios-256k.bin', 'bios-microvm.bin'])];
  upstream = [folder('upstream', ['bios-256k.bin', 'bios-microvm.bin', 'qboot.rom'])];
  bare = [folder('bare', [])];
});
afterAll(() => {
  rmSync(root, { recursive: true });
});

const nameOf = (
  type: 'q35' | 'pc' | 'microvm',
  folders: string[],
  boot: 'direct' | 'bios' = 'direct',
): string => firmwareName({ architecture: 'amd64', type }, { boot }, folders);

describe('the firmware’s name', () => {
  it('of a PC is SeaBIOS, whether the kernel comes from QEMU or from a disk', () => {
    expect(nameOf('q35', debian)).toBe('SeaBIOS (bios-256k.bin)');
    expect(nameOf('pc', debian, 'bios')).toBe('SeaBIOS (bios-256k.bin)');
  });

  it('of a microvm is what the file is, not what QEMU calls it', () => {
    expect(nameOf('microvm', upstream)).toBe('SeaBIOS (bios-microvm.bin)');
    expect(nameOf('microvm', debian)).toBe('qboot (qboot.rom)');
  });

  it('is that of the file that was asked for', () => {
    const named = (bios: string): string =>
      firmwareName({ architecture: 'amd64', type: 'microvm', bios }, { boot: 'direct' }, debian);
    expect(named('qboot.rom')).toBe('qboot (qboot.rom)');
    expect(named(join(debian[1] ?? '', 'bios-microvm.bin'))).toBe('SeaBIOS (bios-microvm.bin)');
  });

  it('of a machine that is no PC is none, but for OpenSBI', () => {
    const virt = (architecture: 'arm64' | 'riscv64'): string =>
      firmwareName({ architecture, type: 'virt' }, { boot: 'direct' }, debian);
    expect(virt('arm64')).toBe('none: QEMU starts the kernel');
    expect(virt('riscv64')).toBe('OpenSBI');
  });

  it('with UEFI is OVMF', () => {
    expect(firmwareName({ architecture: 'amd64', type: 'q35' }, { boot: 'uefi' }, debian)).toMatch(
      /^OVMF \(OVMF_CODE\w*\.fd\)$/,
    );
  });

  it('is by the name that QEMU asks for where the file is not found', () => {
    expect(nameOf('q35', bare)).toBe('SeaBIOS (bios-256k.bin)');
    expect(nameOf('microvm', [])).toBe('SeaBIOS (bios-microvm.bin)');
  });
});

describe('a microvm’s firmware', () => {
  it('is QEMU’s own choice unless qboot was asked for', () => {
    expect(microvmFirmware({ firmware: 'auto' })).toBeUndefined();
    expect(microvmFirmware({ firmware: 'qboot' })).toBe('qboot.rom');
  });

  it('that the host does not have is refused with what to install', () => {
    expect(whyNoMicrovmFirmware({ firmware: 'auto' }, bare)).toBeUndefined();
    expect(whyNoMicrovmFirmware({ firmware: 'qboot' }, debian)).toBeUndefined();
    expect(whyNoMicrovmFirmware({ firmware: 'qboot' }, bare)).toEqual({
      ok: false,
      reason: `firmware=qboot: none of QEMU's folders has qboot.rom (${bare[0]})`,
      fix: installCommand(['qemu-system-data']),
    });
  });
});
