import { createHash } from 'node:crypto';
import { closeSync, constants, openSync, writeFileSync } from 'node:fs';
import { devNull } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { hostArchitecture } from '../../core/architecture.ts';
import { errnoOf, hostError } from '../../core/error.ts';
import { jsonAs } from '../../core/parse-json.ts';
import { textIfThere } from '../../core/read-if-there.ts';
import type { QemuAccelerator } from '../host/kvm.ts';
import { recordConsole, type ConsoleRecorder } from '../guest/console.ts';
import type { HostContext } from '../host/context.ts';
import { emulatorOf } from '../host/tools.ts';
import { qemuRoom } from '../host/qemu-confinement.ts';
import { openStateFolder, stateFolder } from '../process/cleanup.ts';
import { pickConfinedUser } from '../process/room.ts';
import { hostBootId } from '../process/identity.ts';
import { launch } from '../process/launch.ts';
import { makeBootCgroup } from './boot-folder.ts';
import { qemuKernelArguments, type QemuMachine } from './qemu-command.ts';
import { firmwareFolders } from './qemu-firmware.ts';

/**
 * How long a kernel may take from power-on until it runs before KVM counts as unusable: on a nested or busy host a KVM
 * that works takes 8 s and more. A KVM that fails mostly says so at once; one that hangs costs this long once per boot
 * of the host.
 */
const PROOF_DEADLINE_MS = 30_000;

export interface AcceleratorChoice {
  accelerator: QemuAccelerator;
  /** Why it is not KVM. */
  reason?: string;
}

export interface AcceleratorRequest {
  wanted: 'auto' | QemuAccelerator;
  /** The machine as KVM would run it. */
  machine: QemuMachine;
  qemuVersion: string;
  note(message: string): void;
}

const proofSchema = z.object({ works: z.boolean(), reason: z.string().optional() });
type Proof = z.infer<typeof proofSchema>;

/**
 * Chooses the accelerator. That /dev/kvm exists proves nothing: KVM is trusted once this very kernel runs under it. The
 * proof is remembered until the host reboots. `kvm` refuses to fall back. Errors: `kvm-unusable` with the reason.
 */
export async function chooseAccelerator(
  host: HostContext,
  request: AcceleratorRequest,
): Promise<AcceleratorChoice> {
  if (request.wanted === 'tcg') return { accelerator: 'tcg', reason: 'asked for by accel=tcg' };
  const { architecture } = request.machine;
  const proof =
    architecture === hostArchitecture()
      ? await kvmProof(host, request)
      : { works: false, reason: `no KVM of this host runs ${architecture}` };
  if (proof.works) return { accelerator: 'kvm' };
  const reason = proof.reason ?? 'KVM does not run this kernel';
  if (request.wanted === 'auto') return { accelerator: 'tcg', reason };
  throw hostError('kvm-unusable', `accel=kvm, but ${reason}`, {
    hint: 'twinboot doctor says what this host can do; accel=auto falls back to emulation and says so',
  });
}

async function kvmProof(host: HostContext, request: AcceleratorRequest): Promise<Proof> {
  const unopened = whyKvmDoesNotOpen();
  if (unopened !== undefined) return { works: false, reason: unopened };
  const file = join(stateFolder(), `kvm-proof-${proofKey(request)}.json`);
  const remembered = jsonAs(proofSchema, textIfThere(file));
  if (remembered !== undefined) return remembered;
  request.note('proving KVM: booting the image’s kernel under it until its clock runs');
  const proof = await bootUnderKvm(host, request.machine);
  openStateFolder();
  writeFileSync(file, JSON.stringify(proof));
  return proof;
}

function whyKvmDoesNotOpen(): string | undefined {
  try {
    closeSync(openSync('/dev/kvm', constants.O_RDWR));
    return undefined;
  } catch (error) {
    const errno = errnoOf(error);
    return errno === 'ENOENT'
      ? 'this host has no /dev/kvm'
      : `/dev/kvm does not open (${errno ?? 'unknown error'})`;
  }
}

/** What the proof depends on; the boot id, because a reboot may bring another kernel, BIOS setting or host. */
function proofKey({ machine, qemuVersion }: AcceleratorRequest): string {
  const parts = [
    'until its clock runs',
    hostBootId(),
    qemuVersion,
    machine.type,
    machine.bios ?? '',
    machine.ram,
    machine.cpu,
    String(machine.cpus),
    machine.append,
    ...machine.sandbox,
    machine.kernel,
  ];
  return createHash('sha256').update(parts.join('\0')).digest('hex').slice(0, 16);
}

async function bootUnderKvm(host: HostContext, machine: QemuMachine): Promise<Proof> {
  const { cgroup, lease } = makeBootCgroup(host, `kvm-proof-${process.pid}`);
  let t0Ns = 0n;
  const { name: program } = emulatorOf(machine.architecture);
  const console = recordConsole(devNull, () => t0Ns);
  try {
    const { exited } = await launch({
      command: program,
      args: qemuKernelArguments({ ...machine, accelerator: 'kvm' }),
      room: qemuRoom(program, {
        user: pickConfinedUser(),
        fileBytes: machine.memoryBytes,
        accelerator: 'kvm',
        readable: [...(await firmwareFolders(host, program)), machine.kernel, machine.initrd],
        writable: [],
      }),
      env: {},
      cgroup,
      onOutput: (chunk) => console.take(chunk),
      onStart: (startNs) => (t0Ns = startNs),
    });
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<'late'>((resolve) => {
      timer = setTimeout(() => resolve('late'), PROOF_DEADLINE_MS);
    });
    const ended = Promise.race([exited, console.seen('kvm-error')]).then(() => 'ended' as const);
    const outcome = await Promise.race([untilKernelRuns(console).then(() => 'runs' as const), ended, late]);
    clearTimeout(timer);
    if (outcome === 'runs') return { works: true };
    const complaint = complaintOf(console.tail());
    const what =
      console.arrivedMs('kernel') === undefined
        ? 'reach its first console line'
        : 'get beyond its first lines';
    const how =
      outcome === 'late'
        ? `this kernel did not ${what} under KVM within ${PROOF_DEADLINE_MS / 1000} s`
        : `the machine stopped under KVM before this kernel could ${what}`;
    return { works: false, reason: complaint === '' ? how : `${how}: ${complaint}` };
  } finally {
    await lease.release();
    await console.end();
  }
}

/**
 * A KVM that emulates every instruction prints a first line too, and stops, or crawls, at what it cannot emulate. So
 * the kernel's clock has to run, where the kernel says times at all.
 */
async function untilKernelRuns(console: ConsoleRecorder): Promise<void> {
  await console.seen('kernel');
  const saysTimes = console.tail().some((line) => /^\[ *\d+\.\d+\] .*Linux version /.test(line));
  if (saysTimes) await console.seen('kernel-clock');
}

/** What the VMM complained of: the first line with an error; what follows is a dump of registers. */
function complaintOf(lines: readonly string[]): string {
  const spoken = lines.filter((line) => line.trim() !== '');
  const first = spoken.findIndex((line) => /error|fail/i.test(line));
  return (first === -1 ? spoken.slice(-2) : spoken.slice(first, first + 1)).join(' / ');
}
