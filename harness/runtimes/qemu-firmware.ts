import { existsSync } from 'node:fs';
import { chmod, copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hostError } from '../../core/error.ts';
import { installCommand, locate, packagesOf, tools } from '../host/tools.ts';
import { bootDiskTools, type Firmware } from '../image/boot-disk.ts';
import type { Availability } from './runtime.ts';

/** OVMF's code and its empty store of variables, as Debian's package has them; without Secure Boot. Newest first. */
const OVMF = ['_4M', ''].map((size) => ({
  code: `/usr/share/OVMF/OVMF_CODE${size}.fd`,
  variables: `/usr/share/OVMF/OVMF_VARS${size}.fd`,
}));

/** The tools that a boot through this firmware needs, by name. */
export function firmwareTools(firmware: Firmware): string[] {
  return [...bootDiskTools[firmware], ...(firmware === 'uefi' ? ['ovmf'] : [])];
}

/** What a boot through this firmware lacks on the host; `undefined` where it lacks nothing. */
export function whyNoFirmware(firmware: Firmware): Extract<Availability, { ok: false }> | undefined {
  const names = firmwareTools(firmware);
  const missing = tools.filter((tool) => names.includes(tool.name) && locate(tool) === undefined);
  if (missing.length === 0) return undefined;
  return {
    ok: false,
    reason: `boot=${firmware} needs what is not installed: ${missing.map(({ name }) => name).join(', ')}`,
    fix: installCommand(packagesOf(missing)),
  };
}

/** OVMF with a throw-away copy of its variables in the folder. Errors: `missing-tool` (host). */
export async function prepareOvmf(folder: string): Promise<{ code: string; variables: string }> {
  const found = OVMF.find(({ code, variables }) => existsSync(code) && existsSync(variables));
  if (found === undefined) {
    throw hostError('missing-tool', 'OVMF is not installed', { hint: installCommand(['ovmf']) });
  }
  const variables = join(folder, 'ovmf-variables.fd');
  await copyFile(found.variables, variables);
  await chmod(variables, 0o600);
  return { code: found.code, variables };
}
