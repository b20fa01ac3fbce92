import { closeSync, openSync, readSync } from 'node:fs';
import { arch } from 'node:os';
import { readIfThere } from '../../core/read-if-there.ts';
import type { ProcessRunner } from '../process/runner.ts';
import { parseCpuInfo, type Dmi } from '../parse/host-facts.ts';
import {
  byDetectVirt,
  bySignature,
  isX86,
  type DetectVirtAnswer,
  type HypervisorReadings,
} from './hypervisor.ts';

const CPUID_DEVICE = '/dev/cpu/0/cpuid';
const HYPERVISOR_LEAF = 0x4000_0000;
const DMI_FOLDER = '/sys/class/dmi/id';

/**
 * Asks the sources of `decideHypervisor`, most trusted first; no command is run where one before it has named the
 * hypervisor. Loads no module.
 */
export async function readHypervisor(runner: ProcessRunner): Promise<HypervisorReadings> {
  const cpuinfo = readIfThere('/proc/cpuinfo') ?? '';
  const sysHypervisor = readIfThere('/sys/hypervisor/type');
  const cpuid = isX86(arch()) && parseCpuInfo(cpuinfo).hypervisor ? readCpuid() : undefined;
  const files: HypervisorReadings = {
    arch: arch(),
    cpuinfo,
    ...(cpuid === undefined ? {} : { cpuid }),
    ...(sysHypervisor === undefined ? {} : { sysHypervisor }),
    dmi: readDmi(),
  };
  if (bySignature(cpuid) !== undefined) return files;
  const detectVirt = await ask(runner, 'systemd-detect-virt', ['--vm']);
  const known = { ...files, ...(detectVirt === undefined ? {} : { detectVirt }) };
  if (byDetectVirt(known) !== undefined) return known;
  const lscpu = await ask(runner, 'lscpu', []);
  return { ...known, ...(lscpu === undefined ? {} : { lscpu: lscpu.stdout }) };
}

/** cpuid(4): the position is the leaf. `undefined` without the module, or without root. */
function readCpuid(): Uint8Array | undefined {
  let device: number | undefined;
  try {
    device = openSync(CPUID_DEVICE, 'r');
    const registers = Buffer.alloc(16);
    return readSync(device, registers, 0, 16, HYPERVISOR_LEAF) === 16 ? registers : undefined;
  } catch {
    return undefined;
  } finally {
    if (device !== undefined) closeSync(device);
  }
}

/** Without a deadline: the namespaces that it brings would hide /proc/xen from the command. */
async function ask(
  runner: ProcessRunner,
  command: string,
  args: readonly string[],
): Promise<DetectVirtAnswer | undefined> {
  try {
    const { stdout, exitCode } = await runner.run(command, args, { allowFailure: true });
    return { stdout, exitCode };
  } catch {
    // Not installed: the next source is asked.
    return undefined;
  }
}

function readDmi(): Dmi {
  const vendor = readIfThere(`${DMI_FOLDER}/sys_vendor`);
  const product = readIfThere(`${DMI_FOLDER}/product_name`);
  return { ...(vendor === undefined ? {} : { vendor }), ...(product === undefined ? {} : { product }) };
}
