import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { release } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { z } from 'zod';
import { hostError, messageOf } from '../../core/error.ts';
import { readIfThere } from '../../core/read-if-there.ts';
import { formatBytes, GIB, MIB } from '../../core/units.ts';
import { createAgent } from '../guest/agent.ts';
import { connectSocketChannel } from '../guest/channel.ts';
import { untilRead } from '../guest/console.ts';
import type { HostContext } from '../host/context.ts';
import { kernelHas, makeBootKernel } from '../image/boot-kernel.ts';
import { domainIdIn, freeXenBytes, linesOfDomain, parseXlInfo } from '../parse/xen.ts';
import { findCommand } from '../process/search-path.ts';
import { closing, releaseOnFailure } from '../process/leases.ts';
import { makeBootCgroup, makeBootFolder, makeDiskLayer } from './boot-folder.ts';
import { describeRuntime } from './prepare.ts';
import { launchInstance } from './instance.ts';
import { countOption, sizeOption } from './options.ts';
import type { Availability, PrepareContext, Runtime } from './runtime.ts';
import { readVmIsolation } from './vm-isolation.ts';
import { vmmLimits } from './vmm-limits.ts';
import { poolBytes, xenConfig, type XenType } from './xen-config.ts';
import { domainMeters } from './xen-domain.ts';

const XL = 'xl';

const options = z.object({
  type: z
    .enum(['pv', 'pvh', 'hvm'])
    .default('pvh')
    .describe(
      'pvh: the CPU’s virtualisation, no device model; pv: without it, the kernel calls Xen; hvm: a PC',
    ),
  memory: sizeOption({ min: 64 * MIB, max: 1024 * GIB })
    .optional()
    .describe('guest RAM; default: the limit of the run'),
  cpus: countOption({ min: 1, max: 128 }).optional().describe('virtual CPUs; default: the limit of the run'),
  cpuid: z
    .string()
    .regex(/^[\w.:=,-]*$/, 'not a CPUID policy')
    .default('')
    .describe('what the guest sees of the CPU (xl.cfg(5)), as host,rdtscp=0; default: xl’s own'),
  kernel: z
    .enum(['auto', 'image', 'host'])
    .default('auto')
    .describe('the image’s own, or that of dom0; auto: dom0’s where the image’s has no entry for the type'),
  append: z.string().default('').describe('added to the kernel command line'),
});
type XenOptions = z.infer<typeof options>;

/** Domains of the Xen that this host is the dom0 of, with the image's own kernel and initrd. */
export const xen: Runtime<typeof options> = {
  id: 'xen',
  title: 'Xen',
  kind: 'vm',
  tools: [XL, 'xentop', 'qemu-img'],
  options,

  availability: (host, { type }) => xenAvailability(host, type),

  isolation: () => ({
    kernel: 'own',
    userNamespace: false,
    capabilities: 'all',
    seccomp: false,
    devices: 'none of the host; paravirtual devices of dom0',
  }),

  async prepare(context, given) {
    const { host, image, limits, version = 'unknown' } = context;
    const ramBytes = given.memory ?? limits.memoryBytes;
    const cpus = given.cpus ?? limits.cpus;
    const { source, kernel, initrd } = await guestKernel(context, given);
    return {
      description: describeRuntime(this, context, {
        version,
        options: { ...given, kernel: source, memory: ramBytes, cpus },
        accelerator: 'xen',
        emulated: false,
        isolation: this.isolation(given),
      }),
      memoryBytes: ramBytes,
      start: ({ bootId, consoleLog, beforeStart, memoryBytes = ramBytes }) =>
        releaseOnFailure(async (own, leases) => {
          await requireXenMemory(host, memoryBytes);
          const { folder, lease } = await makeBootFolder(host, bootId);
          own(lease);
          const disk = await makeDiskLayer(host, folder, image.disk);
          const agentSocket = join(folder, 'agent');
          const agent = createAgent(connectSocketChannel(agentSocket));
          own(closing(agent));
          const group = makeBootCgroup(host, bootId, vmmLimits(limits, 0));
          own(group.lease);
          const name = `twinboot-${bootId}`;
          const config = join(folder, 'domain.cfg');
          const boot = { ...given, name, memoryBytes, cpus, disk, agentSocket };
          await writeFile(config, xenConfig({ ...boot, kernel, initrd }));
          for (const path of logsOf(name)) own(host.cleanup.register({ kind: 'path', path }));
          own(host.cleanup.register({ kind: 'xen-domain', name }));
          const hypervisor = new PassThrough();
          const instance = await launchInstance({
            kind: 'vm',
            command: XL,
            // In the foreground until the domain is gone, with its console as xl's own output.
            args: ['create', '-q', '-F', '-c', config],
            cgroup: group.cgroup,
            consoleLog,
            console: hypervisor,
            beforeStart,
            agent,
            writable: disk,
            leases,
          });
          const domain = { name, hypervisorBytes: poolBytes(boot) };
          const meters = domainMeters(host.runner, domain, instance.meters);
          return {
            ...instance,
            meters,
            exited: instance.exited.then(async (exit) => {
              const id = domainIdIn(readIfThere(consoleLog) ?? '', name);
              if (id !== undefined) hypervisor.write(await hypervisorWords(host, id));
              await untilRead();
              return exit;
            }),
            readIsolation: () => readVmIsolation(group.cgroup, meters.pids()),
          };
        }),
      release: () => Promise.resolve(),
    };
  },
};

interface GuestKernel {
  source: 'image' | 'host';
  kernel: string;
  initrd: string;
}

/** A kernel that could not be unpacked is taken as it is: xl says what it misses. Errors: `no-guest-kernel` (host). */
async function guestKernel(
  context: PrepareContext,
  { type, kernel: wanted }: XenOptions,
): Promise<GuestKernel> {
  if (wanted === 'host') return hostKernel();
  const { host, image } = context;
  const note = (message: string): void => context.note(message);
  const { kernel, initrd } = await makeBootKernel({ context: host, image, note });
  const own: GuestKernel = { source: 'image', kernel: kernel.path, initrd: initrd.path };
  if (type === 'hvm' || kernel.compressedBecause !== undefined || (await kernelHas(kernel.path, type)))
    return own;
  const lacking = `the image’s kernel has no entry for type=${type}`;
  if (wanted === 'image')
    throw hostError('no-guest-kernel', lacking, { hint: 'kernel=host, or an image with linux-image-amd64' });
  note(`${lacking}: booting with the kernel of dom0, which is not the image’s own`);
  return hostKernel();
}

/** Errors: `no-guest-kernel` (host). */
function hostKernel(): GuestKernel {
  const [kernel, initrd] = [`/boot/vmlinuz-${release()}`, `/boot/initrd.img-${release()}`];
  const absent = [kernel, initrd].find((file) => !existsSync(file));
  if (absent === undefined) return { source: 'host', kernel, initrd };
  throw hostError('no-guest-kernel', `dom0’s own kernel is not there to be booted: no ${absent}`, {
    hint: 'an image whose kernel knows Xen: linux-image-amd64',
  });
}

/** What the kernel of a dom0 says of itself in xenfs. */
const CONTROLS_DOMAINS = /\bcontrol_d\b/;

async function xenAvailability(host: HostContext, type: XenType): Promise<Availability> {
  if (!CONTROLS_DOMAINS.test(readIfThere('/proc/xen/capabilities') ?? '')) {
    const isGuest = readIfThere('/sys/hypervisor/type')?.trim() === 'xen';
    return {
      ok: false,
      reason: `this host is no dom0${isGuest ? ', but a guest of Xen' : ': no Xen runs below it'}`,
      fix: 'apt-get install xen-system-amd64, and boot the entry with Xen',
    };
  }
  if (findCommand(XL) === undefined)
    return { ok: false, reason: `${XL} is not installed`, fix: 'apt-get install xen-utils-common' };
  try {
    const info = await readXlInfo(host);
    const version = info.get('xen_version');
    const can = (info.get('virt_caps') ?? '').split(' ');
    const needed = type === 'pv' ? 'pv' : 'hvm';
    if (can.includes(needed)) return { ok: true, ...(version !== undefined && { version }) };
    const fix = needed === 'hvm' ? 'type=pv, or switch the CPU’s virtualisation on' : 'type=pvh';
    return { ok: false, reason: `this Xen boots no guests of type=${type}`, fix };
  } catch (error) {
    return { ok: false, reason: messageOf(error), fix: 'systemctl start xen' };
  }
}

async function readXlInfo({ runner }: HostContext): Promise<Map<string, string>> {
  return parseXlInfo((await runner.run(XL, ['info'])).stdout);
}

/** What libxl writes of the QEMU that it starts for a domain; it keeps them when the domain has gone. */
function logsOf(name: string): string[] {
  return ['qemu-dm', 'qemu-probe'].map((program) => join('/var/log/xen', `${program}-${name}.log`));
}

/** Why Xen has ended a guest is in its own log alone. Lines, each with its end; never throws. */
async function hypervisorWords({ runner }: HostContext, id: number): Promise<string> {
  const { stdout } = await runner.run(XL, ['dmesg'], { allowFailure: true }).catch(() => ({ stdout: '' }));
  return linesOfDomain(stdout, id)
    .slice(-MOST_WORDS)
    .map((line) => `${line}\n`)
    .join('');
}

const MOST_WORDS = 10;

/** Xen gives a guest all of its RAM at once, or refuses it half-way. Errors: `too-little-memory` (host). */
async function requireXenMemory(host: HostContext, memoryBytes: number): Promise<void> {
  const freeBytes = freeXenBytes(await readXlInfo(host));
  if (freeBytes === undefined || freeBytes >= memoryBytes) return;
  throw hostError(
    'too-little-memory',
    `the domain needs ${formatBytes(memoryBytes)} and Xen has ${formatBytes(freeBytes)} left`,
    { hint: 'a smaller guest: --runtime xen:memory=256M; or less for dom0: dom0_mem= of Xen’s command line' },
  );
}
