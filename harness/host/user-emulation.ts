import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { architectures, hostArchitecture, type Architecture } from '../../core/architecture.ts';
import { hostError } from '../../core/error.ts';
import { namesIfThere, textIfThere } from '../../core/read-if-there.ts';
import type { ProcessRunner } from '../process/runner.ts';
import { parseBinfmtEntry, takesProgram, type BinfmtEntry } from '../parse/binfmt.ts';
import { installCommand, parseVersion } from './tools.ts';

const BINFMT = '/proc/sys/fs/binfmt_misc';

/** e_machine (elf.h). */
const elfMachines: Record<Architecture, number> = { amd64: 62, arm64: 183, riscv64: 243 };

const ELF_HEAD_BYTES = 20;
const POSITION_INDEPENDENT = 3;

/** The beginning of a program of this architecture (elf(5)): 64 bits, little-endian, version 1. */
export function elfHead(architecture: Architecture): Buffer {
  const head = Buffer.alloc(ELF_HEAD_BYTES);
  head.write('\x7fELF\x02\x01\x01', 0, 'latin1');
  head.writeUInt16LE(POSITION_INDEPENDENT, 16);
  head.writeUInt16LE(elfMachines[architecture], 18);
  return head;
}

/** Every interpreter that the kernel knows for such programs. `folder`: where binfmt_misc is mounted. */
function takersOf(architecture: Architecture, folder: string): BinfmtEntry[] {
  return namesIfThere(folder)
    .filter((name) => name !== 'register' && name !== 'status')
    .flatMap((name) => parseBinfmtEntry(textIfThere(join(folder, name)) ?? '') ?? [])
    .filter((entry) => takesProgram(entry, elfHead(architecture)));
}

/** The architectures but the host's own whose programs this host's kernel can be asked to run inside an image. */
export function emulatedArchitectures(folder: string = BINFMT): Architecture[] {
  return architectures.filter(
    (name) => name !== hostArchitecture() && takersOf(name, folder).some(({ isFixed }) => isFixed),
  );
}

/**
 * The emulator that this host's kernel starts for programs of another architecture, wherever their root is: its path.
 * twinboot does not register one: that would change the host for everybody.
 * Errors: `no-emulator` (host), with what to install or to enable.
 */
export function requireUserEmulation(architecture: Architecture, folder: string = BINFMT): string {
  const found = takersOf(architecture, folder);
  const fixed = found.find(({ isFixed }) => isFixed);
  if (fixed !== undefined) return fixed.interpreter;
  if (found[0] !== undefined) {
    throw hostError(
      'no-emulator',
      `the emulator of ${architecture} programs (${found[0].interpreter}) is not found inside an image`,
      { hint: 'register it with the flag F, as the package qemu-user-static does (binfmt_misc)' },
    );
  }
  const isMounted = namesIfThere(folder).includes('status');
  const enable = isMounted ? '' : `mount -t binfmt_misc binfmt_misc ${BINFMT} && `;
  throw hostError('no-emulator', `no emulator of ${architecture} programs is registered with this kernel`, {
    hint:
      `${installCommand(['qemu-user-static', 'binfmt-support', 'arch-test'])}; ` +
      `where systemd does not run: ${enable}update-binfmts --enable`,
  });
}

/** Of the emulator behind an interpreter: `10.0.13`; `undefined` where it does not say. Errors: those of the runner. */
export async function emulatorVersion(
  runner: ProcessRunner,
  interpreter: string,
): Promise<string | undefined> {
  // The interpreter itself may be a link, by whose name QEMU knows that the kernel started it.
  const program = realpathSync(interpreter);
  const { stdout } = await runner.run(program, ['--version'], { allowFailure: true });
  return parseVersion(stdout);
}
