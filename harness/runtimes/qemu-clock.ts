import { readFileSync } from 'node:fs';
import type { QemuAccelerator } from '../host/kvm.ts';
import type { MachineType } from './qemu-guests.ts';

/**
 * What a kernel must be told of its clock under TCG (kernel-parameters.rst); nothing under KVM, which has its own
 * clock, and on what is no PC.
 *
 * Interrupts are not timed (`noirqtime`): at the end of its start the kernel patches `sched_clock_cpu` while it runs,
 * and the interrupts that keep the other CPUs in step with that would themselves run through it for the sake of those
 * times. QEMU 7.2 then at times runs a breakpoint that is gone already, and the guest panics (docs/performance.md,
 * "Known under TCG").
 *
 * A microvm has neither HPET nor PM timer, so its kernel measures the TSC against the PIT alone; on a busy host that
 * fails, and the boot stalls there ("tsc: No reference available"). Where it does not fail, the watchdog, which has
 * only jiffies to compare with, takes the TSC for unstable and the guest's clock loses time from then on. Under TCG the
 * guest's TSC is the host's: so it is declared reliable, and its frequency is told where the host knows it.
 */
export function clockArguments(
  type: MachineType,
  accelerator: QemuAccelerator,
  cpuinfo = readFileSync('/proc/cpuinfo', 'utf8'),
): string {
  if (accelerator === 'kvm' || type === 'virt') return '';
  const untimed = 'tsc=noirqtime';
  if (type !== 'microvm') return untimed;
  const tscKhz = knownTscKhz(cpuinfo);
  return [untimed, 'tsc=reliable', ...(tscKhz === undefined ? [] : [`tsc_early_khz=${tscKhz}`])].join(' ');
}

/** A host with this flag shows the TSC's frequency as its CPU's; on others "cpu MHz" is the speed of the moment. */
function knownTscKhz(cpuinfo: string): number | undefined {
  if (!/^flags\s*:.* tsc_known_freq\b/m.test(cpuinfo)) return undefined;
  const mhz = Number(/^cpu MHz\s*:\s*(\d{1,6}(?:\.\d{1,6})?)$/m.exec(cpuinfo)?.[1]);
  return mhz > 0 ? Math.round(mhz * 1000) : undefined;
}
