import { readFileSync } from 'node:fs';
import type { Accelerator } from '../../results/record.ts';
import type { MachineType } from './qemu-command.ts';

/**
 * What a microvm's kernel must be told of its clock under TCG (kernel-parameters.rst). The machine has neither HPET nor
 * PM timer, so the kernel measures the TSC against the PIT alone; on a busy host that fails, and the boot stalls there
 * ("tsc: No reference available"). Where it does not fail, the watchdog, which has only jiffies to compare with, takes the
 * TSC for unstable and the guest's clock loses time from then on. Under TCG the guest's TSC is the host's: so it is
 * declared reliable, and its frequency is told where the host knows it. Other machines have the PM timer, KVM its own clock.
 */
export function clockArguments(
  type: MachineType,
  accelerator: Accelerator,
  cpuinfo = readFileSync('/proc/cpuinfo', 'utf8'),
): string {
  if (type !== 'microvm' || accelerator === 'kvm') return '';
  const tscKhz = knownTscKhz(cpuinfo);
  return tscKhz === undefined ? 'tsc=reliable' : `tsc=reliable tsc_early_khz=${tscKhz}`;
}

/** A host with this flag shows the TSC's frequency as its CPU's; on others "cpu MHz" is the speed of the moment. */
function knownTscKhz(cpuinfo: string): number | undefined {
  if (!/^flags\s*:.* tsc_known_freq\b/m.test(cpuinfo)) return undefined;
  const mhz = Number(/^cpu MHz\s*:\s*([\d.]+)/m.exec(cpuinfo)?.[1]);
  return mhz > 0 ? Math.round(mhz * 1000) : undefined;
}
