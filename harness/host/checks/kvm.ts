import { formatMs } from '../../../core/units.ts';
import type { GuestTrial, KvmReport, Step } from '../kvm.ts';
import type { Check, Finding } from './check.ts';

/** Under KVM the guest is at least as fast as emulated; this much slower, KVM is itself emulated somewhere below. */
const SUSPICIOUS_SLOWDOWN = 3;
const EMULATED = 'VM figures will be emulated (TCG) and marked so';
const NO_PROOF =
  'a boot sector that runs does not prove that Linux runs: with accel=auto, qemu proves that with the image’s own kernel at the first run, and else emulates';

/** The three steps, each a check. KVM is never needed: there is emulation. */
export function kvmChecks({ device, opens, guests, untried }: KvmReport): Check[] {
  const guest =
    guests === undefined ? notTried(untried ?? 'a step before this one failed') : guestFinding(guests);
  return [
    { id: 'kvm-device', title: 'KVM: device', needed: false, ...stepFinding(device, '/dev/kvm is there') },
    {
      id: 'kvm-opens',
      title: 'KVM: opens',
      needed: false,
      ...(opens === undefined
        ? notTried('there is no device')
        : stepFinding(opens, 'for reading and writing')),
    },
    { id: 'kvm-guest', title: 'KVM: runs a guest', needed: false, ...guest },
  ];
}

function stepFinding(step: Step, found: string): Finding {
  if (step.ok) return { state: 'ok', found };
  return { state: 'warning', found: 'no', reason: `${step.reason}; ${EMULATED}`, fix: step.fix };
}

function notTried(reason: string): Finding {
  return { state: 'warning', found: 'not tried', reason };
}

function guestFinding(guests: readonly GuestTrial[]): Finding {
  const control = guests.find((guest) => guest.accelerator === 'tcg');
  const underKvm = guests.filter((guest) => guest.accelerator === 'kvm');
  const best = underKvm.find((guest) => guest.ran);
  const found = [...underKvm, ...(control === undefined ? [] : [control])].map(describeTrial).join('; ');
  if (best === undefined) return noGuestRan(found, underKvm, control);
  const host = underKvm.find((guest) => guest.cpu === 'host');
  if (host?.ran === false) {
    return {
      state: 'warning',
      found,
      reason: `-cpu host does not run here (${host.problem ?? ''}); ${NO_PROOF}`,
    };
  }
  if (control?.ran === true && best.ms > SUSPICIOUS_SLOWDOWN * control.ms) {
    return {
      state: 'warning',
      found,
      reason: `slower under KVM than emulated, so this KVM is doubtful; ${NO_PROOF}`,
    };
  }
  return { state: 'ok', found, reason: NO_PROOF };
}

function noGuestRan(
  found: string,
  underKvm: readonly GuestTrial[],
  control: GuestTrial | undefined,
): Finding {
  const problems = [...new Set(underKvm.map((guest) => guest.problem))].join('; ');
  if (control?.ran === false) {
    return {
      state: 'warning',
      found,
      reason: `the guest does not run emulated either (${control.problem ?? ''}), so this says nothing about KVM: QEMU itself does not work`,
      fix: 'sudo apt-get install --reinstall qemu-system-x86 seabios',
    };
  }
  return {
    state: 'warning',
    found,
    reason: `${problems}; ${EMULATED}`,
    fix: 'where this host is itself a virtual machine, its hypervisor’s nested virtualisation is what fails',
  };
}

function describeTrial({ accelerator, cpu, ran, ms }: GuestTrial): string {
  const how = accelerator === 'tcg' ? 'emulated for comparison' : `-cpu ${cpu}`;
  return `${how}: ${ran ? formatMs(ms) : 'did not run'}`;
}
