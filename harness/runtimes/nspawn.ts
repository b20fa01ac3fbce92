import { join } from 'node:path';
import { z } from 'zod';
import { createAgent } from '../guest/agent.ts';
import { openFifoChannel } from '../guest/channel.ts';
import { releaseOnFailure } from '../process/leases.ts';
import { makeBootCgroup, makeBootFolder } from './boot-folder.ts';
import { launchInstance } from './instance.ts';
import { shareLowerLayer } from './lower-layer.ts';
import { mountOverlayRoot } from './overlay-root.ts';
import { toolAvailability } from './tool-availability.ts';
import type { Runtime } from './runtime.ts';

const TOOL = 'systemd-nspawn';

const options = z.object({});

/** systemd's own container manager (systemd-nspawn(1)); the image's init runs as PID 1 of a pid namespace. */
export const nspawn: Runtime<typeof options> = {
  id: 'nspawn',
  title: 'systemd-nspawn',
  kind: 'container',
  tools: [TOOL],
  options,
  availability: (host) => toolAvailability(host, TOOL, /^systemd (\d+ \([^)]*\)|\d+)/),

  async prepare({ host, image, limits, specId }) {
    const lowerLayer = shareLowerLayer(host, image);
    const availability = await this.availability(host, {});
    return {
      description: {
        id: specId,
        runtime: this.id,
        kind: this.kind,
        title: this.title,
        ...(availability.ok && availability.version !== undefined ? { version: availability.version } : {}),
        options: {},
        emulated: false,
      },
      start: ({ bootId, consoleLog }) =>
        releaseOnFailure(async (own, leases) => {
          const { folder, lease } = await makeBootFolder(host, bootId);
          own(lease);
          const lower = own(await lowerLayer.acquire());
          const overlay = await mountOverlayRoot(host, lower.path, folder);
          own(overlay.lease);
          const channelFolder = join(folder, 'channel');
          const agent = createAgent(await openFifoChannel(channelFolder, host.runner));
          const group = makeBootCgroup(host, bootId, limits);
          own(group.lease);
          return launchInstance({
            command: TOOL,
            args: nspawnArguments({ root: overlay.root, machine: `twinboot-${bootId}`, channelFolder }),
            env: { TERM: 'vt220' },
            cgroup: group.cgroup,
            consoleLog,
            agent,
            leases,
          });
        }),
      release: () => Promise.resolve(),
    };
  },
};

/** The whole command line. Everything that nspawn would take from the host by default is switched off. */
export function nspawnArguments(paths: { root: string; machine: string; channelFolder: string }): string[] {
  return [
    `--directory=${paths.root}`,
    '--boot',
    `--machine=${paths.machine}`,
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
    `--bind=${paths.channelFolder}:/run/twinboot`,
  ];
}
