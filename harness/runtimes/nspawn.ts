import { statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Resource } from '../process/resource.ts';
import { containerIsolation, prepareContainer, type ContainerBoot } from './container.ts';
import { NET_TUN } from './device-rules.ts';
import { lowerOption } from './lower-layer.ts';
import { toolAvailability } from './tool-availability.ts';
import {
  USER_NAMESPACE_BASE,
  USER_NAMESPACE_SIZE,
  usernsOption,
  whyNoUserNamespace,
} from './user-namespace.ts';
import type { Runtime } from './runtime.ts';

const TOOL = 'systemd-nspawn';
const STATE = '/run/systemd/nspawn';

const options = z.object({
  userns: usernsOption,
  sys: z.enum(['ro', 'rw']).default('ro').describe('/sys writable: udev runs where it is'),
  seccomp: z
    .enum(['on', 'off'])
    .default('on')
    .describe('the filter of system calls, with which nspawn starts every container'),
  lower: lowerOption,
});
type NspawnOptions = Omit<z.infer<typeof options>, 'lower'>;

/** systemd's own container manager (systemd-nspawn(1)); the image's init runs as PID 1 of a pid namespace. */
export const nspawn: Runtime<typeof options> = {
  id: 'nspawn',
  title: 'systemd-nspawn',
  kind: 'container',
  tools: [TOOL],
  options,
  availability: async (host, { userns, seccomp }) =>
    whyNoUserNamespace(userns) ??
    toolAvailability(host, {
      tool: TOOL,
      version: /^systemd (\d+ \([^)]*\)|\d+)/,
      // --console= (systemd 242), SYSTEMD_SECCOMP (248), --private-users-ownership= (249).
      oldest: userns === 'on' ? '249' : seccomp === 'off' ? '248' : '242',
    }),

  isolation: ({ userns, seccomp }) =>
    containerIsolation(userns, { capabilities: 'reduced', seccomp: seccomp === 'on' }),

  prepare(context, given) {
    return prepareContainer({
      context,
      runtime: this,
      options: given,
      isolation: this.isolation(given),
      furtherDevices: [NET_TUN],
      command: (boot) => {
        for (const resource of keptByNspawn(boot)) boot.own(context.host.cleanup.register(resource));
        return { command: TOOL, args: nspawnArguments(boot, given), env: nspawnEnvironment(given) };
      },
    });
  },
};

/**
 * What nspawn has below /run beside the container, and leaves there where it is killed (src/nspawn/nspawn.c,
 * src/shared/discover-image.c): the lock of its root, by device and inode; the folder that mounts come in by; since
 * systemd 255 a tmpfs for the sockets that the container shows. The folders come before the tmpfs: what was registered
 * last is taken away first.
 */
export function keptByNspawn({ name, root }: Pick<ContainerBoot, 'name' | 'root'>): Resource[] {
  const { dev, ino } = statSync(root);
  const sockets = join(STATE, 'unix-export', name);
  return [
    { kind: 'path', path: join(STATE, 'locks', `inode-${dev}:${ino}`) },
    { kind: 'path', path: join(STATE, 'propagate', name) },
    { kind: 'path', path: sockets },
    { kind: 'mount', path: sockets },
  ];
}

/** The whole command line. Everything that nspawn would take from the host by default is switched off. */
export function nspawnArguments(
  boot: Pick<ContainerBoot, 'name' | 'root' | 'channelFolder'>,
  { userns }: Pick<NspawnOptions, 'userns' | 'sys'>,
): string[] {
  return [
    `--directory=${boot.root}`,
    '--boot',
    `--machine=${boot.name}`,
    // A network namespace of its own: loopback only, as the VM without a network card has.
    '--private-network',
    // Works without systemd and machined on the host, and keeps the container in the group that was made for it.
    '--register=no',
    '--keep-unit',
    '--console=read-only',
    '--settings=no',
    '--link-journal=no',
    '--resolv-conf=off',
    '--timezone=off',
    // The lower layer is id-mapped already: an id-mapped mount on top of an overlay is refused by the kernel.
    ...(userns === 'on'
      ? [`--private-users=${USER_NAMESPACE_BASE}:${USER_NAMESPACE_SIZE}`, '--private-users-ownership=off']
      : []),
    `--bind=${boot.channelFolder}:/run/twinboot`,
  ];
}

/**
 * nspawn mounts /sys writable, and leaves its filter out, only where these variables say so (docs/ENVIRONMENT.md of
 * systemd).
 */
function nspawnEnvironment({ sys, seccomp }: NspawnOptions): Record<string, string> {
  return {
    TERM: 'vt220',
    ...(sys === 'rw' ? { SYSTEMD_NSPAWN_API_VFS_WRITABLE: '1' } : {}),
    ...(seccomp === 'off' ? { SYSTEMD_SECCOMP: '0' } : {}),
  };
}
