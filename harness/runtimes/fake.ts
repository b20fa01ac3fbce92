import { z } from 'zod';
import { createDeferred } from '../../core/deferred.ts';
import { createRandom, type Random } from '../../core/random.ts';
import { runError } from '../../core/error.ts';
import { MIB } from '../../core/units.ts';
import { createAgent } from '../guest/agent.ts';
import { recordConsole } from '../guest/console.ts';
import type { CachedImage } from '../image/cache.ts';
import { nsToMs, type Clock } from '../../core/clock.ts';
import { fakeBareHost } from './fake-bare-host.ts';
import { openFakeChannel } from './fake-guest.ts';
import { countOption } from './options.ts';
import type { BootRequest, Instance, InstanceExit, Runtime } from './runtime.ts';

const options = z.object({
  kind: z.enum(['container', 'vm']).default('container'),
  seed: countOption({ min: 0, max: 2 ** 31 }).default(1),
  'ready-ms': countOption({ min: 1, max: 1e6 }).default(450),
  fail: z.enum(['never', 'start', 'hang', 'panic', 'exit', 'sometimes']).default('never'),
  needs: countOption({ min: 1, max: 1e6 })
    .default(16)
    .describe('MiB of memory, below which it does not get ready'),
});
type FakeOptions = z.infer<typeof options>;

/**
 * Boots nothing, in no time: seeded figures through the real agent, console, scenarios and schedule, on a clock of its
 * own. It is there so that the whole command line can be tested on any machine in milliseconds; its records say so.
 */
export const fake: Runtime<typeof options> = {
  id: 'fake',
  title: 'fake (boots nothing)',
  kind: 'container',
  tools: [],
  options,
  isolation: () => ({
    kernel: 'shared',
    userNamespace: false,
    capabilities: 'none',
    seccomp: false,
    devices: 'none: nothing is booted',
  }),
  availability: () => Promise.resolve({ ok: true, version: '1' }),

  prepare({ specId, limits: { memoryBytes } }, given) {
    const random = createRandom(given.seed);
    return Promise.resolve({
      description: {
        id: specId,
        runtime: this.id,
        kind: given.kind,
        title: this.title,
        version: '1',
        options: given,
        ...(given.kind === 'vm'
          ? { accelerator: 'tcg' as const, acceleratorReason: 'nothing is booted' }
          : {}),
        emulated: given.kind === 'vm',
      },
      memoryBytes,
      bareHost: fakeBareHost,
      start: (request) => Promise.resolve(startFake(given, random, { memoryBytes, ...request })),
      release: () => Promise.resolve(),
    });
  },
};

function startFake(
  given: FakeOptions,
  random: Random,
  { consoleLog, memoryBytes }: Required<Omit<BootRequest, 'beforeStart'>>,
): Instance {
  const outOfMemory = memoryBytes < given.needs * MIB;
  const planned = given.fail === 'sometimes' ? (random.unit() < 0.4 ? 'exit' : 'never') : given.fail;
  const failing = outOfMemory ? 'exit' : planned;
  if (failing === 'start') throw runError('launch-failed', 'the fake runtime was told to fail at its start');
  const clock = fakeClock();
  const jitter = (ms: number): number => ms * (0.95 + 0.1 * random.unit());
  const readyMs = jitter(given['ready-ms']);
  const exited = createDeferred<InstanceExit>();
  const console = recordConsole(consoleLog, () => 0n, clock);
  const channel = openFakeChannel({
    initMs: readyMs * 0.3,
    multiUserMs: readyMs * 0.95,
    readyMs,
    udevRuns: given.kind === 'vm',
    nowMs: () => nsToMs(clock.nowNs()),
    onQuestion: () => clock.advance(jitter(3)),
    onPoweroff: () => {
      clock.advance(jitter(180));
      exited.resolve({ exitCode: 0, atMs: nsToMs(clock.nowNs()) });
    },
  });
  const agent = createAgent(channel, clock);
  setImmediate(() => {
    clock.advance(readyMs * 0.1);
    console.take(Buffer.from('[    0.000000] Linux version 6.12.0-fake\n'));
    if (failing === 'panic') console.take(Buffer.from('Kernel panic - not syncing: told to\n'));
    if (outOfMemory) console.take(Buffer.from('Out of memory: Killed process 1 (systemd)\n'));
    if (failing === 'exit' || failing === 'panic')
      exited.resolve({ exitCode: 1, atMs: nsToMs(clock.nowNs()) });
    if (failing !== 'never') return;
    clock.advance(readyMs * 0.85);
    console.take(Buffer.from('[  OK  ] Reached target multi-user.target - Multi-User System.\n'));
    clock.advance(readyMs * 0.05);
    channel.speak();
  });
  const kill = (): Promise<void> => {
    agent.close();
    return console.end();
  };
  const ramBytes = Math.round(jitter(190 * MIB));
  return {
    kind: given.kind,
    clock,
    t0Ns: 0n,
    spawnMs: 1,
    console,
    agent,
    exited: exited.promise,
    meters: {
      memory: () =>
        Promise.resolve({
          totalBytes: (given.kind === 'vm' ? ramBytes + 60 * MIB : 18 * MIB) + 2 * MIB,
          peakBytes: (given.kind === 'vm' ? ramBytes + 70 * MIB : 21 * MIB) + 2 * MIB,
          anonBytes: (given.kind === 'vm' ? 55 : 9) * MIB,
          fileBytes: 5 * MIB,
          shmemBytes: given.kind === 'vm' ? ramBytes : 2 * MIB,
          kernelBytes: 2 * MIB,
        }),
      cpuMs: () => Promise.resolve(jitter(readyMs * 1.4)),
      pids: () => [],
      oomKills: () => (outOfMemory ? 1 : 0),
      processes: () => Promise.resolve([]),
      guestRam: () =>
        Promise.resolve(
          given.kind === 'vm' ? { touchedBytes: ramBytes, translationCacheBytes: 20 * MIB } : undefined,
        ),
    },
    async stop(deadlineMs) {
      const askedNs = clock.nowNs();
      void agent.ask('poweroff', '', deadlineMs).catch(() => undefined);
      const exit = await exited.promise;
      await kill();
      return exit.atMs - nsToMs(askedNs);
    },
    kill,
  };
}

function fakeClock(): Clock & { advance(ms: number): void } {
  let elapsedMs = 0;
  const advance = (ms: number): void => {
    elapsedMs += ms;
  };
  return {
    advance,
    nowNs: () => BigInt(Math.round(elapsedMs * 1e6)),
    sleep: (ms) => {
      advance(ms);
      return Promise.resolve();
    },
  };
}

export const fakeImage: CachedImage = {
  description: {
    name: 'fake',
    digest: '0'.repeat(64),
    bytes: 0,
    usedBytes: 0,
    distribution: 'none',
    suite: 'none',
    kernel: 'none',
    initSystem: 'none',
    boot: 'settled',
    builtAt: '2026-01-01T00:00:00.000Z',
    packages: [],
    added: [],
  },
  folder: '/nonexistent',
  disk: '/nonexistent/disk.raw',
  kernel: '/nonexistent/vmlinuz',
  initrd: '/nonexistent/initrd.img',
};
