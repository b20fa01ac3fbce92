import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { availableParallelism } from 'node:os';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { hostError, runError } from '../../core/error.ts';
import { formatBytes, formatMs, GIB, MIB } from '../../core/units.ts';
import { recordConsole, type Console } from '../../harness/guest/console.ts';
import type { HostContext } from '../../harness/host/context.ts';
import { hostClock, msSince } from '../../core/clock.ts';
import { parseMeminfo } from '../../harness/parse/meminfo.ts';
import { launch, type LaunchedExit } from '../../harness/process/launch.ts';
import { makeBootCgroup } from '../../harness/runtimes/boot-folder.ts';
import type { LabImage } from './build.ts';
import { TIMES_FILE, type HandedOver } from './hand-over.ts';
import { places, type LabHost } from './recipe.ts';

export interface LabSettings {
  host: LabHost;
  memoryBytes: number;
  /** What the lab's systemd is told of control groups; trixie's is the last Debian that can be told. */
  cgroups: 'v2' | 'hybrid' | 'v1';
}

export const defaultSettings: LabSettings = { host: 'kvm', memoryBytes: 8 * GIB, cgroups: 'v2' };

/** A lab host that is up. Everything in it is thrown away when it goes. */
export interface Lab {
  /** The command that opens a shell in it, for people. */
  sshCommand: string;
  /**
   * Runs a shell command in the working tree, its streams being twinboot's own; with a terminal of its own where
   * `terminal` says so. With `onLine` every line that it says goes there, and it is given no input. Gives the exit
   * code. Errors: `lab-ended` (run) with the console's last lines where it ended or hangs, `interrupted` (run).
   */
  run(command: string, options?: RunOptions): Promise<number>;
  /** Copies a file or folder of the lab's into a folder of the host's. */
  fetch(path: string, into: string): Promise<void>;
  /** The lab ended by itself. */
  ended: Promise<LaunchedExit>;
  /** Takes it down, where it is still up. */
  end(): Promise<void>;
}

export interface RunOptions {
  terminal?: boolean;
  onLine?: ((line: string) => void) | undefined;
}

export const LAB_ENDED = 'lab-ended';

/** A lab is up after one to three minutes on a quiet host; beside other work it takes several times as long. */
const UP_DEADLINE_MS = 900_000;
const POLL_MS = 1000;
const LAST_WORDS_MS = 5000;
/** The emulator's own: translation cache, devices, tables. */
const VMM_BYTES = 1.5 * GIB;
const TRANSLATION_CACHE_BYTES = GIB;

/**
 * Boots the lab under TCG, whose emulated AMD-V gives the lab a KVM of its own, and waits until it can be reached. The
 * console goes to `consoleLog`. Registered with the host's cleanup before it is started.
 * Errors: `lab-did-not-come-up`, `interrupted` (run).
 */
export async function bootLab(
  host: HostContext,
  image: LabImage,
  handedOver: HandedOver,
  settings: LabSettings,
  consoleLog: string,
): Promise<Lab> {
  const port = await freePort();
  const { cgroup, lease } = makeBootCgroup(host, `lab-${process.pid}-${port}`);
  const startNs = hostClock.nowNs();
  const console = recordConsole(consoleLog, () => startNs);
  const { exited } = await launch({
    command: image.emulator.command,
    args: [...image.emulator.args, ...qemuArguments(image, handedOver, settings, port)],
    // QEMU writes what the lab writes to unlinked files there: on a disk, not in memory.
    env: { TMPDIR: host.workFolder },
    cgroup,
    onOutput: (chunk) => console.take(chunk),
    onStart: () => undefined,
  });
  const ssh = sshArguments(image, port);
  await untilReached(host, ssh, exited, console).catch(async (error: unknown) => {
    await lease.release();
    throw error;
  });
  const lab = {
    sshCommand: ['ssh', ...ssh].join(' '),
    run: (command: string, { terminal = false, onLine }: RunOptions = {}) => {
      const tty = terminal ? ['-tt'] : [];
      const inTree = `cd ${places.tree} && (${command}\n)`;
      const words = [...tty, ...ssh, `${inTree}; ${NOT_SSH_LOST}`];
      return whileUp(exited, console, attached('ssh', words, host.signal, onLine));
    },
    fetch: async (path: string, into: string) => {
      const pack = `tar -C "$(dirname '${path}')" -cf - "$(basename '${path}')"`;
      await host.runner.run('sh', ['-c', `ssh ${ssh.join(' ')} "$1" | tar -C "$2" -xf -`, 'sh', pack, into]);
    },
    ended: exited,
    end: async () => {
      await lease.release();
      await exited;
      await console.end();
    },
  };
  await lab.run(
    `cd ${places.cache} && while read -r time path; do touch -d "@$time" "$path"; done < ${TIMES_FILE}`,
  );
  return lab;
}

/** What the emulator is told (qemu(1)). `snapshot=on`: what is written goes to a file without a name. */
export function qemuArguments(
  image: LabImage,
  { tree, cache }: HandedOver,
  { host, memoryBytes, cgroups }: LabSettings,
  port: number,
): string[] {
  const disk = (file: string, name: string): string[] => [
    ...['-drive', `file=${file},if=none,id=${name},format=raw,cache=unsafe,snapshot=on`],
    ...['-device', `virtio-blk-pci,drive=${name},serial=${name}`],
  ];
  return [
    ...['-nodefaults', '-no-user-config', '-display', 'none', '-no-reboot'],
    ...['-machine', 'q35', '-cpu', CPUS[host], '-smp', '2', '-m', `${Math.round(memoryBytes / MIB)}M`],
    ...['-accel', `tcg,thread=multi,tb-size=${TRANSLATION_CACHE_BYTES / MIB}`],
    ...bootArguments(image, host, cgroups),
    ...disk(image.disk, 'root'),
    ...disk(tree, 'tree'),
    ...disk(cache, 'cache'),
    ...['-nic', `user,restrict=on,model=virtio-net-pci,hostfwd=tcp:127.0.0.1:${port}-:22`],
    ...['-device', 'virtio-rng-pci', '-chardev', 'stdio,id=console,signal=off', '-serial', 'chardev:console'],
  ];
}

/** 57-bit addresses are what the emulated AMD-V does not know, and Xen stumbles over SMAP and SMEP. */
const CPUS: Record<LabHost, string> = { kvm: 'max,la57=off', xen: 'max,la57=off,smap=off,smep=off' };

/** Xen is the kernel of a multiboot, with dom0's kernel and initrd as its modules. */
function bootArguments(image: LabImage, host: LabHost, cgroups: LabSettings['cgroups']): string[] {
  const given = kernelArguments(cgroups);
  if (host === 'kvm')
    return ['-kernel', image.kernel, '-initrd', image.initrd, '-append', `${given} console=ttyS0`];
  const modules = [`${image.kernel} ${given} console=hvc0`, image.initrd].map((one) =>
    one.replaceAll(',', ',,'),
  );
  return ['-kernel', image.hypervisor, '-initrd', modules.join(','), '-append', XEN_ARGUMENTS];
}

/** What dom0 does not take is for its guests. */
const XEN_ARGUMENTS =
  'dom0_mem=3G,max:3G dom0_max_vcpus=1 console=com1 com1=115200,8n1 loglvl=warning guest_loglvl=all noreboot';

/** `noirqtime`: harness/runtimes/qemu-clock.ts says why. */
function kernelArguments(cgroups: LabSettings['cgroups']): string {
  const common = 'root=/dev/vda rw panic=-1 mitigations=off tsc=noirqtime';
  if (cgroups === 'v2') return common;
  // systemd 256 and 257 want to be told twice (NEWS of 256); 258 has forgotten how.
  return [
    common,
    'SYSTEMD_CGROUP_ENABLE_LEGACY_FORCE=1',
    'systemd.unified_cgroup_hierarchy=0',
    `systemd.legacy_systemd_cgroup_controller=${cgroups === 'v1' ? 'yes' : 'no'}`,
  ].join(' ');
}

function sshArguments({ key }: LabImage, port: number): string[] {
  // The host's own SSH configuration and known hosts have no part in this.
  const options = [
    'StrictHostKeyChecking=no',
    'UserKnownHostsFile=/dev/null',
    'LogLevel=ERROR',
    'ConnectTimeout=30',
    // A lab that hangs keeps its connections: one that has not answered for five minutes is lost.
    'ServerAliveInterval=30',
    'ServerAliveCountMax=10',
  ];
  return [
    ...['-F', '/dev/null', '-i', key, '-p', String(port)],
    ...options.flatMap((option) => ['-o', option]),
    'root@127.0.0.1',
  ];
}

/** What the lab's disks may grow by, before QEMU stops it for want of room without a word. */
const WRITTEN_BYTES = 4 * GIB;

/** Errors: `disk-full` (host). `folder`: where what the lab is handed and what it writes lies. */
export async function requireDisk(folder: string): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const freeBytes = bavail * bsize;
  if (freeBytes >= WRITTEN_BYTES) return;
  const has = `the lab may write ${formatBytes(WRITTEN_BYTES)}, and ${folder} has ${formatBytes(freeBytes)} free`;
  throw hostError('disk-full', has, { hint: 'free some' });
}

/** Errors: `too-little-memory` (host). */
export function requireMemory(settings: LabSettings): void {
  const [neededBytes, availableBytes] = [neededMemory(settings), availableMemory()];
  if (neededBytes <= availableBytes) return;
  throw hostError(
    'too-little-memory',
    `the lab takes ${formatBytes(neededBytes)}, and this host has ${formatBytes(availableBytes)} available`,
    { hint: 'a smaller lab: npm run lab -- --memory 4G …' },
  );
}

/** How many labs a host can bear at once, one at least: each keeps one CPU busy, and takes its memory. */
export function labsAtOnce(
  settings: LabSettings,
  { cpus, availableBytes } = { cpus: availableParallelism(), availableBytes: availableMemory() },
): number {
  return Math.max(1, Math.min(cpus, Math.floor(availableBytes / neededMemory(settings))));
}

function neededMemory({ memoryBytes }: LabSettings): number {
  return memoryBytes + VMM_BYTES;
}

function availableMemory(): number {
  return parseMeminfo(readFileSync('/proc/meminfo', 'utf8')).get('MemAvailable') ?? Infinity;
}

/** A port of the loopback device that nobody has; two labs at once have two. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function untilReached(
  host: HostContext,
  ssh: readonly string[],
  exited: Promise<LaunchedExit>,
  console: Console,
): Promise<void> {
  const startNs = hostClock.nowNs();
  const fail = (how: string): Error =>
    runError('lab-did-not-come-up', `the lab did not come up: ${how}`, { consoleTail: console.tail() });
  let over: LaunchedExit | undefined;
  void exited.then((exit) => (over = exit));
  for (;;) {
    if (host.signal.aborted) throw runError('interrupted', 'stopped while the lab was booting');
    if (over !== undefined) throw fail(`QEMU ended (${over.signal ?? `exit ${over.exitCode ?? '?'}`})`);
    if (msSince(startNs) > UP_DEADLINE_MS) throw fail(`no answer by SSH within ${formatMs(UP_DEADLINE_MS)}`);
    const exitCode = await isRunning(host, ssh, UP_DEADLINE_MS - msSince(startNs));
    // 1: up, with a failed unit, which the tests look for; 255 is SSH's own word.
    if (exitCode === 0 || exitCode === 1) return;
    await sleep(POLL_MS);
  }
}

/** SSH's answer, or none within the time: the lab may hang with the question open. */
async function isRunning(
  host: HostContext,
  ssh: readonly string[],
  withinMs: number,
): Promise<number | undefined> {
  const signal = AbortSignal.any([host.signal, AbortSignal.timeout(Math.max(0, Math.ceil(withinMs)))]);
  try {
    const options = { allowFailure: true, signal };
    return (await host.runner.run('ssh', [...ssh, 'systemctl is-system-running --wait'], options)).exitCode;
  } catch (error) {
    if (host.signal.aborted || !signal.aborted) throw error;
    return undefined;
  }
}

/** A command whose streams are twinboot's own, or whose lines go to `onLine`; ended by the signal. */
function attached(
  command: string,
  args: readonly string[],
  signal: AbortSignal,
  onLine?: (line: string) => void,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      stdio: onLine === undefined ? 'inherit' : ['ignore', 'pipe', 'pipe'],
    });
    for (const input of [child.stdout, child.stderr])
      if (input !== null && onLine !== undefined) createInterface({ input }).on('line', onLine);
    const onAbort = (): void => void child.kill('SIGTERM');
    signal.addEventListener('abort', onAbort, { once: true });
    child.once('error', reject);
    child.once('close', (code) => {
      signal.removeEventListener('abort', onAbort);
      if (signal.aborted) reject(runError('interrupted', 'stopped while a command ran in the lab'));
      else resolve(code ?? 255);
    });
  });
}

/** SSH's own exit code where the connection is lost: the lab has ended, or hangs. */
const SSH_LOST = 255;

/** A command of the lab's that itself ends with that code is given the one below. */
const NOT_SSH_LOST = `s=$?; exit $((s == ${SSH_LOST} ? ${SSH_LOST - 1} : s))`;

async function whileUp(
  exited: Promise<LaunchedExit>,
  console: Console,
  command: Promise<number>,
): Promise<number> {
  const lost = (how: string): Error =>
    runError(LAB_ENDED, `the lab ${how} while a command ran in it`, { consoleTail: console.tail() });
  const ended = exited.then((exit) => {
    throw lost(`ended (${exit.signal ?? `exit ${exit.exitCode ?? '?'}`})`);
  });
  // Whoever runs the next command hears of it.
  ended.catch(() => undefined);
  const status = await Promise.race([command, ended]);
  if (status !== SSH_LOST) return status;
  await Promise.race([ended, sleep(LAST_WORDS_MS)]);
  throw lost('gave no answer any more');
}
