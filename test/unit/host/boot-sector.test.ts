import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { bootSector, GUEST_EXIT_CODE, GUEST_WORD } from '../../../harness/host/boot-sector.ts';
import { guestArguments } from '../../../harness/host/kvm.ts';
import { findCommand } from '../../../harness/process/search-path.ts';

const folder = mkdtempSync(join(tmpdir(), 'twinboot-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('is a sector that firmware boots', () => {
  const sector = bootSector();
  expect(sector).toHaveLength(512);
  expect([...sector.subarray(510)]).toEqual([0x55, 0xaa]);
});

it('points to its message', () => {
  const sector = bootSector();
  const message = sector.readUInt16LE(5) - 0x7c00;
  expect(sector.toString('latin1', message, sector.indexOf(0, message))).toBe(`${GUEST_WORD}\r\n`);
});

it.runIf(findCommand('qemu-system-x86_64') !== undefined)(
  'runs, emulated: says its word and ends QEMU itself',
  async () => {
    const disk = join(folder, 'boot-sector.img');
    writeFileSync(disk, bootSector());
    const { code, stdout } = await new Promise<{ code: unknown; stdout: string }>((resolve) => {
      execFile(
        'qemu-system-x86_64',
        guestArguments('tcg', 'qemu64', disk),
        { timeout: 15_000 },
        (error, stdout) => resolve({ code: error?.code, stdout }),
      ).stdin?.end();
    });
    expect(stdout).toContain(GUEST_WORD);
    expect(code).toBe(GUEST_EXIT_CODE);
  },
);
