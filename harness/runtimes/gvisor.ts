import { z } from 'zod';
import type { Availability, Runtime } from './runtime.ts';
import { toolAvailability } from './tool-availability.ts';

const TOOL = 'runsc';
const options = z.object({});

/**
 * gVisor: a kernel in user space, here as an OCI runtime. Listed, and never available: what Debian has of it does not
 * bring systemd up (docs/gvisor.md), and what does is packaged nowhere in Debian, so no boot of it was ever proven.
 */
export const gvisor: Runtime<typeof options> = {
  id: 'gvisor',
  title: 'gVisor',
  kind: 'container',
  tools: [TOOL],
  options,

  async availability(host): Promise<Availability> {
    const tool = await toolAvailability(host, { tool: TOOL, version: /version (\S+)/ });
    const found = tool.ok ? ` (here: ${tool.version ?? 'of unknown version'})` : '';
    return {
      ok: false,
      reason: `PID 1 gives up in gVisor as Debian packages it${found}: it has neither cgroup v2 nor the mounts of systemd 257`,
      fix: 'choose another runtime; what was tried is in docs/gvisor.md',
    };
  },

  isolation: () => ({
    kernel: 'own',
    userNamespace: false,
    capabilities: 'none',
    seccomp: true,
    devices: 'none of the host',
  }),

  prepare: () => Promise.reject(new Error('gvisor was prepared although it is never available')),
};
