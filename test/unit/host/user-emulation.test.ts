import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  elfHead,
  emulatedArchitectures,
  requireUserEmulation,
} from '../../../harness/host/user-emulation.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

/** As Debian's qemu-user-static 7.2 registers it. */
const CAPTURED = join(import.meta.dirname, '../../fixtures/captured/binfmt_misc');

describe('the emulator of programs of another architecture', () => {
  it('is the interpreter that takes them', () => {
    expect(requireUserEmulation('arm64', CAPTURED)).toBe('/usr/libexec/qemu-binfmt/aarch64-binfmt-P');
  });

  it('is listed by its architecture', () => {
    expect(emulatedArchitectures(CAPTURED)).toEqual(process.arch === 'arm64' ? [] : ['arm64']);
    expect(emulatedArchitectures(temporaryFolder())).toEqual([]);
  });

  it('is not that of a third architecture', () => {
    expect(() => requireUserEmulation('riscv64', CAPTURED)).toThrow(
      expect.objectContaining({
        code: 'no-emulator',
        message: 'no emulator of riscv64 programs is registered with this kernel',
        hint: expect.stringContaining('qemu-user-static') as string,
      }) as Error,
    );
  });

  it('has to be one that is found inside an image', () => {
    const folder = temporaryFolder();
    copyFileSync(join(CAPTURED, 'status'), join(folder, 'status'));
    const text = readFileSync(join(CAPTURED, 'qemu-aarch64'), 'utf8');
    writeFileSync(join(folder, 'qemu-aarch64'), text.replace('flags: PF', 'flags: P'));
    expect(() => requireUserEmulation('arm64', folder)).toThrow(/is not found inside an image/);
  });

  it('has to be mounted first where binfmt_misc is not', () => {
    expect(() => requireUserEmulation('arm64', join(temporaryFolder(), 'nowhere'))).toThrow(
      expect.objectContaining({ hint: expect.stringMatching(/mount -t binfmt_misc/) as string }) as Error,
    );
  });
});

describe('the beginning of a program', () => {
  it('is that of one that runs on this machine', () => {
    const own = readFileSync(process.execPath).subarray(0, 20);
    const heads = (['amd64', 'arm64', 'riscv64'] as const).filter(
      (architecture) => elfHead(architecture).readUInt16LE(18) === own.readUInt16LE(18),
    );
    expect(heads).toHaveLength(1);
  });
});
