import {
  chmodSync,
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { arch, tmpdir } from 'node:os';
import { join } from 'node:path';
import { errnoOf, messageOf } from '../../core/error.ts';
import { formatMs } from '../../core/units.ts';
import { hostClock, msSince } from '../../core/clock.ts';
import { confinedCommand, pickConfinedUser } from '../process/room.ts';
import type { ProcessRunner } from '../process/runner.ts';
import { findCommand } from '../process/search-path.ts';
import { bootSector, EXIT_PORT, GUEST_EXIT_CODE, GUEST_WORD } from './boot-sector.ts';
import { parseCpuInfo, type CpuInfo } from '../parse/host-facts.ts';
import { qemuRoom, sandboxOf } from './qemu-confinement.ts';
import { emulatorOf } from './tools.ts';

const DEVICE = '/dev/kvm';
/** The guest is a PC's boot sector. */
const { name: QEMU } = emulatorOf('amd64');
/** At least; and so many times what the same guest took under emulation, on hosts where everything takes long. */
const GUEST_DEADLINE = { leastMs: 4000, timesEmulated: 5 };

/** What QEMU runs a guest's instructions on; `tcg` emulates them. */
export type QemuAccelerator = 'kvm' | 'tcg';

/** One of the steps towards a guest under KVM. */
export type Step = { ok: true } | { ok: false; reason: string; fix: string };

/** The boot-sector guest, run once. */
export interface GuestTrial {
  accelerator: QemuAccelerator;
  /** QEMU's name of the CPU model. */
  cpu: string;
  /** The guest wrote its line and ended QEMU itself. */
  ran: boolean;
  /** From QEMU's start to its end, host CLOCK_MONOTONIC. */
  ms: number;
  /** What went wrong, with QEMU's own words. */
  problem?: string;
}

/** KVM in three steps; a later step is only tried when the one before went well. */
export interface KvmReport {
  device: Step;
  opens?: Step;
  /** Absent where it could not be tried: see `untried`. */
  guests?: GuestTrial[];
  /** Why no guest was tried. */
  untried?: string;
}

/** Tries KVM out. Starts QEMU up to three times, each ended by a deadline; nothing of it is left. */
export async function probeKvm(runner: ProcessRunner, signal?: AbortSignal): Promise<KvmReport> {
  const cpu = parseCpuInfo(readFileSync('/proc/cpuinfo', 'utf8'));
  const device = existsSync(DEVICE) ? ({ ok: true } as const) : noDevice(cpu);
  if (!device.ok) return { device };
  const opens = tryOpen(DEVICE);
  if (!opens.ok) return { device, opens };
  if (arch() !== 'x64')
    return { device, opens, untried: 'the guest for this step is a PC boot sector; this is no PC' };
  if (findCommand(QEMU) === undefined) {
    return { device, opens, untried: `${QEMU} is not installed` };
  }
  return { device, opens, guests: await tryGuests(runner, signal) };
}

function noDevice(cpu: CpuInfo): Step {
  if (cpu.virtualizationFlag !== undefined) {
    const module = cpu.virtualizationFlag === 'vmx' ? 'kvm_intel' : 'kvm_amd';
    return {
      ok: false,
      reason: `the CPU offers ${cpu.virtualizationFlag}, yet there is no ${DEVICE}`,
      fix: `modprobe ${module}`,
    };
  }
  return cpu.hypervisor
    ? {
        ok: false,
        reason: 'this host is itself a virtual machine, and its hypervisor does not pass virtualisation on',
        fix: 'use a host with nested virtualisation switched on, or a physical one',
      }
    : {
        ok: false,
        reason: 'the CPU does not offer hardware virtualisation',
        fix: "switch VT-x or AMD-V on in the machine's firmware, if it has it",
      };
}

/** Opens the device for reading and writing, as a VMM does (open(2)). */
export function tryOpen(device: string): Step {
  try {
    closeSync(openSync(device, 'r+'));
    return { ok: true };
  } catch (error) {
    const code = errnoOf(error);
    return {
      ok: false,
      reason: `opening ${device} fails: ${messageOf(error)}`,
      fix: OPEN_FIXES[code ?? ''] ?? 'see dmesg',
    };
  }
}

const OPEN_FIXES: Record<string, string> = {
  EACCES: 'run as root, or join the group that owns it: sudo adduser "$USER" kvm',
  EPERM: 'this looks like a container: hand the device in (docker run --device /dev/kvm)',
  ENODEV: 'the device file is there but no KVM is behind it: modprobe kvm_intel (or kvm_amd)',
  ENXIO: 'the device file is there but no KVM is behind it: modprobe kvm_intel (or kvm_amd)',
  EBUSY: 'another hypervisor (VirtualBox, VMware) holds the CPU: stop its machines',
};

/** The same guest under emulation comes along: it tells a broken KVM from a broken QEMU, and how fast is fast. */
async function tryGuests(runner: ProcessRunner, signal: AbortSignal | undefined): Promise<GuestTrial[]> {
  const folder = mkdtempSync(join(tmpdir(), 'twinboot-kvm-'));
  try {
    const disk = join(folder, 'boot-sector.img');
    writeFileSync(disk, bootSector());
    // Whatever the caller's umask, the user that it runs as may read it.
    chmodSync(disk, 0o644);
    const sandbox = await sandboxOf(runner, QEMU);
    const trials: GuestTrial[] = [];
    const deadlineMs = (): number =>
      Math.max(GUEST_DEADLINE.leastMs, GUEST_DEADLINE.timesEmulated * (trials[0]?.ms ?? 0));
    for (const [accelerator, cpu] of [
      ['tcg', 'qemu64'],
      ['kvm', 'host'],
      ['kvm', 'kvm64'],
    ] as const) {
      trials.push(
        await tryGuest({ accelerator, cpu, disk, sandbox, deadlineMs: deadlineMs() }, runner, signal),
      );
    }
    return trials;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function tryGuest(
  { accelerator, cpu, disk, sandbox, deadlineMs }: TrialRequest & { deadlineMs: number },
  runner: ProcessRunner,
  signal: AbortSignal | undefined,
): Promise<GuestTrial> {
  const start = hostClock.nowNs();
  const ended = (ran: boolean, problem?: string): GuestTrial => ({
    accelerator,
    cpu,
    ran,
    ms: msSince(start),
    ...(problem === undefined ? {} : { problem }),
  });
  try {
    const options = {
      timeoutMs: deadlineMs,
      allowFailure: true,
      ...(signal === undefined ? {} : { signal }),
    };
    const [command = '', ...args] = guestCommand({ accelerator, cpu, disk, sandbox });
    const qemu = await runner.run(command, args, options);
    if (qemu.exitCode === GUEST_EXIT_CODE && qemu.stdout.includes(GUEST_WORD)) return ended(true);
    return ended(false, qemu.stderr.trim() || `QEMU ended with exit code ${qemu.exitCode ?? 'by a signal'}`);
  } catch (error) {
    if (signal?.aborted === true) throw error;
    if (errnoOf(error) !== 'command-timeout') return ended(false, messageOf(error));
    return ended(false, `no word from the guest within ${formatMs(deadlineMs)}`);
  }
}

interface TrialRequest extends Pick<GuestTrial, 'accelerator' | 'cpu'> {
  disk: string;
  sandbox: readonly string[];
}

/** As a run starts QEMU: confined. Without root nothing can be confined, and nothing can be run either. */
function guestCommand({ accelerator, cpu, disk, sandbox }: TrialRequest): string[] {
  const command = [QEMU, ...sandbox, ...guestArguments(accelerator, cpu, disk)];
  if (process.getuid?.() !== 0) return command;
  const user = pickConfinedUser();
  const room = qemuRoom(QEMU, { user, fileBytes: 0, accelerator, readable: [disk], writable: [] });
  return confinedCommand(room, 'at-once', command);
}

/** A floppy disk, because the firmware boots one of a single sector without a partition table. */
export function guestArguments(accelerator: QemuAccelerator, cpu: string, disk: string): string[] {
  return [
    ...['-nodefaults', '-no-user-config', '-no-reboot', '-display', 'none', '-nic', 'none', '-m', '64'],
    ...['-machine', `pc,accel=${accelerator}`, '-cpu', cpu, '-serial', 'stdio'],
    ...['-device', `isa-debug-exit,iobase=${EXIT_PORT},iosize=1`],
    ...['-drive', `file=${disk},format=raw,if=floppy,readonly=on`, '-boot', 'a'],
  ];
}
