import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { devNull } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readIfThere } from '../../core/read-if-there.ts';
import { MIB } from '../../core/units.ts';
import type { HostContext } from '../../harness/host/context.ts';
import { resolveImage } from '../../harness/image/resolve.ts';
import type { Artifacts, MemoryReading, HostProcess } from '../../harness/contract/artifacts.ts';
import { gatherers, readAvailableBytes } from '../../harness/observe/observe.ts';
import { readProcessRights } from '../../harness/runtimes/isolation-facts.ts';
import { prepareRuntime } from '../../harness/runtimes/prepare.ts';
import { untilReady } from '../../harness/runtimes/ready.ts';
import type { Instance, PreparedRuntime } from '../../harness/runtimes/runtime.ts';
import { parseRuntimeSpec } from '../../harness/runtimes/spec.ts';
import { memory as memoryScenario } from '../../scenarios/memory.ts';
import { services as servicesScenario } from '../../scenarios/services.ts';
import { startup as startupScenario } from '../../scenarios/startup.ts';
import { newTraces, rememberTraces } from '../support/host-state.ts';
import { notRead } from '../fixtures/guest/artifacts.ts';
import { openTestHost } from './support.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** A boot to be checked, and how near its figures have to come to their witnesses. */
export interface RealBoot {
  /** As it is typed after --runtime. */
  spec: string;
  /** How far the console's "Multi-User System" line may arrive from the reported rung, ms, for a rung of so many ms. */
  multiUserWithin: (ms: number) => number;
  /** Of memory.total; 5 % without it. */
  unexplainedShare?: number;
  /** The same for systemd-analyze, ms; 200 without it. */
  analyzeWithinMs?: number;
  /** CPUs of the instance; two without it. */
  cpus?: number;
  /** How long the boot and all readings may take; four minutes without it. */
  withinMs?: number;
}

/**
 * One real boot of each runtime, shared by every check: the figures against readings that twinboot's own code has no
 * part in.
 */
export function describeRealBoots(boots: readonly RealBoot[]): void {
  describe.each(boots)(
    '$spec, really booted',
    ({
      spec: specText,
      multiUserWithin,
      unexplainedShare = 0.05,
      analyzeWithinMs = 200,
      cpus = 2,
      withinMs = 240_000,
    }) => {
      const spec = parseRuntimeSpec(specText);
      const { id, runtime } = spec;
      const artifacts = {} as Artifacts;
      const name = id.replace(/[^\w-]/g, '-');
      const group = `twinboot-test-${name}`;
      let host: HostContext;
      let prepared: PreparedRuntime;
      let instance: Instance;
      /**
       * PSS of every process of the boundary by smem, which reads smaps itself, in bytes; and what twinboot read then.
       */
      let witnessPssBytes = 0;
      let witnessPids: number[] = [];
      /** Read once more after the witness: what has changed in between is no difference between the two. */
      let processesAfter: HostProcess[] = [];
      /** What the boundary is charged by systemd-cgtop, in bytes, between two readings of twinboot's. */
      let witnessChargeBytes = 0;
      let memoryAfter: Pick<MemoryReading, 'cgroup'>;
      let analyze: string[] = [];

      beforeAll(async () => {
        rememberTraces();
        host = openTestHost(`test-${name}`, `test of ${id}`);
        const image = await resolveImage(host, { note: () => undefined });
        const limits = { memoryBytes: 512 * MIB, cpus };
        prepared = await prepareRuntime(spec, { host, image, limits, note: () => undefined });
        const availableBeforeBytes = await readAvailableBytes();
        const consoleLog = join(temporaryFolder(), 'console.log');
        instance = await prepared.start({ bootId: `test-${name}`, consoleLog });
        const observed = {
          instance,
          ready: await untilReady(instance, withinMs, host.signal),
          availableBeforeBytes,
        };
        artifacts.timing = await gatherers.timing(observed);
        artifacts.memory = await gatherers.memory(observed);
        witnessChargeBytes = chargeByCgtop(group);
        memoryAfter = { cgroup: await instance.meters.memory() };
        witnessPids = pidsOf(group);
        witnessPssBytes = pssBySmem(witnessPids);
        processesAfter = await instance.meters.processes();
        artifacts.inside = await gatherers.inside(observed);
        artifacts.units = await gatherers.units(observed);
        analyze = (await instance.agent.ask('exec', 'systemd-analyze --no-pager')).lines;
      }, withinMs);

      afterAll(async () => {
        await instance.kill();
        await prepared.release();
        expect(await host.cleanup.releaseAll()).toEqual([]);
        expect(newTraces()).toEqual([]);
      });

      const circumstances = {
        kind: runtime.kind,
        memoryBytes: 512 * MIB,
        onHost: () => 'not-running' as const,
      };
      const startup = () =>
        startupScenario.measure({ ...artifacts, shutdown: { shutdownMs: 1 } }, circumstances, notRead).values;

      it('climbs the ladder in order', () => {
        const values = startup();
        const rungs = startupScenario.metrics
          .filter(({ role }) => role === 'rung')
          .map(({ id: rung }) => rung);
        const climbed = rungs.flatMap((rung) => values[rung] ?? []);
        expect(climbed.length).toBeGreaterThanOrEqual(8);
        // dbus may be active before or after other rungs of the same moment; the others follow from each other.
        const ordered = rungs.filter((rung) => rung !== 'startup.dbus').flatMap((rung) => values[rung] ?? []);
        expect(ordered).toEqual([...ordered].sort((a, b) => a - b));
      });

      it('agrees on multi-user with the arrival of the console’s "Multi-User System" line', async () => {
        const reported = startup()['startup.multi-user'] ?? NaN;
        const arrived = instance.console.arrivedMs('multi-user');
        if (arrived !== undefined) {
          expect(Math.abs(arrived - reported)).toBeLessThan(multiUserWithin(reported));
          return;
        }
        // A getty that takes over the console may hang it up while the line is still on its way: then the witness never
        // spoke in this boot. It may only have been cut off by that getty, and must speak in one of the boots that
        // follow.
        expect(runtime.kind).toBe('container');
        expect(instance.console.tail().join('\n')).toMatch(/login:|Console Getty/);
        let differenceMs: number | undefined;
        for (let boot = 1; differenceMs === undefined && boot <= 5; boot += 1)
          differenceMs = await multiUserDifference(`${name}-${boot}`);
        expect(differenceMs, 'no boot in five shows the line').toBeLessThan(multiUserWithin(reported));
      });

      /** Of one more boot: reported against arrived, ms; `undefined` where the line was cut off again. */
      async function multiUserDifference(boot: string): Promise<number | undefined> {
        const another = await prepared.start({ bootId: `test-${boot}`, consoleLog: devNull });
        try {
          const observed = {
            instance: another,
            ready: await untilReady(another, withinMs, host.signal),
            availableBeforeBytes: 0,
          };
          const timing = await gatherers.timing(observed);
          const units = await gatherers.units(observed);
          const activeMs = units.units.get('multi-user.target')?.activeMs ?? NaN;
          const { consoleMultiUserMs: arrivedMs, guestOffsetMs } = timing;
          return arrivedMs === undefined ? undefined : Math.abs(arrivedMs - (activeMs + guestOffsetMs));
        } finally {
          await another.kill();
        }
      }

      it('agrees with systemd-analyze on the time from PID 1 to multi-user', () => {
        const line = analyze.find((text) => text.includes('reached after')) ?? '';
        const seconds = /(?:(\d+)min )?(?:([\d.]+)s|([\d.]+)ms) in userspace/.exec(line);
        const analyzedMs =
          Number(seconds?.[1] ?? 0) * 60_000 + Number(seconds?.[2] ?? 0) * 1000 + Number(seconds?.[3] ?? 0);
        const values = startup();
        const ownMs = (values['startup.multi-user'] ?? NaN) - (values['startup.init'] ?? NaN);
        // systemd-analyze names graphical.target, which follows multi-user.target at once, and prints milliseconds.
        expect(analyzedMs - ownMs).toBeGreaterThan(-2);
        expect(analyzedMs - ownMs).toBeLessThan(analyzeWithinMs);
      });

      it('sums the PSS of the boundary as smem does', () => {
        const readings = [artifacts.memory.processes ?? [], processesAfter];
        const sums = readings.map((processes) => processes.reduce((sum, { pssBytes }) => sum + pssBytes, 0));
        // On a slow host smem takes seconds, in which udev's workers end: what lived through all of it, it has to see.
        const [before = [], after = []] = readings.map((processes) => processes.map(({ pid }) => pid));
        expect(witnessPids).toEqual(expect.arrayContaining(before.filter((pid) => after.includes(pid))));
        for (const pid of witnessPids) expect([...before, ...after]).toContain(pid);
        expect(witnessPssBytes).toBeGreaterThan(Math.min(...sums) * 0.98);
        expect(witnessPssBytes).toBeLessThan(Math.max(...sums) * 1.02);
      });

      it('charges what systemd-cgtop says', () => {
        // Huge pages are charged to no memory control group; twinboot counts them all the same.
        const unchargedBytes = spec.options.hugepages === 'on' ? circumstances.memoryBytes : 0;
        const totals = [artifacts.memory, memoryAfter].map(
          ({ cgroup }) => (cgroup?.totalBytes ?? NaN) - unchargedBytes,
        );
        expect(witnessChargeBytes).toBeGreaterThan(Math.min(...totals) * 0.98);
        expect(witnessChargeBytes).toBeLessThan(Math.max(...totals) * 1.02);
      });

      it('explains where the memory goes: the parts add up, and the rest is small', () => {
        const { values } = memoryScenario.measure(artifacts, circumstances, notRead);
        const parts = memoryScenario.metrics.filter(({ role }) => role === 'part');
        const total = values['memory.total'] ?? NaN;
        expect(parts.reduce((sum, part) => sum + (values[part.id] ?? 0), 0)).toBeCloseTo(total, 0);
        expect(Math.abs(values['memory.unexplained'] ?? NaN) / total).toBeLessThan(unexplainedShare);
      });

      it('keeps the ledger: udev runs where /sys is writable, as in a VM, and is skipped where it is not', () => {
        const { services } = servicesScenario.measure(artifacts, circumstances, notRead).details as {
          services: { service: string; state: string; reason?: string }[];
        };
        const row = (name: string) => services.find(({ service }) => service === name);
        expect(row('dbus.service')?.state).toBe('running');
        expect(row('systemd-udevd.service')).toMatchObject(
          runtime.kind === 'vm' || spec.options.sys === 'rw'
            ? { state: 'running' }
            : { state: 'skipped', reason: 'ConditionPathIsReadWrite=/sys' },
        );
        // Not every mount is a container's to make: LXC with a user namespace refuses the kernel's debug file system.
        const failed = services.filter(({ state }) => state === 'failed').map(({ service }) => service);
        expect(failed.filter((unit) => !unit.endsWith('.mount'))).toEqual([]);
      });

      it('skips the work of a first boot, which was done when the image was built', () => {
        for (const unit of [
          'systemd-firstboot.service',
          'ldconfig.service',
          'systemd-journal-catalog-update.service',
        ]) {
          expect(artifacts.units.units.get(unit), unit).toMatchObject({
            activeState: 'inactive',
            conditionMet: false,
          });
        }
      });

      if (runtime.kind === 'vm') {
        it('is a process of an ordinary user without rights on the host', () => {
          const processes = instance.meters.pids().map(readProcessRights);
          expect(processes.length).toBeGreaterThan(0);
          for (const { user, ...rights } of processes) {
            expect(user).toBeGreaterThanOrEqual(1_000_065_536);
            expect(rights).toMatchObject({ effective: [], bounding: [], noNewPrivileges: true });
            if (prepared.description.isolation?.seccomp === true) expect(rights.seccomp).toBe(true);
          }
        });

        it('has that in its isolation facts, read while it runs', async () => {
          const facts = await instance.readIsolation?.();
          expect(facts).toMatchObject({
            source: 'read',
            kernel: 'own',
            capabilities: 'none',
            heldCapabilities: [],
            noNewPrivileges: true,
            seccomp: prepared.description.isolation?.seccomp,
          });
          expect(facts?.devices).toMatch(/^(kvm, )?null, random, urandom, zero$/);
          expect(facts?.missing).toBeUndefined();
        });

        it('shows its VM monitor, and by it the guest, nothing else of the host', async () => {
          const secret = join(host.workFolder, 'readable-by-all');
          writeFileSync(secret, 'of the host\n', { mode: 0o644 });
          // Root of the host follows the process's own root.
          const [pid = 0] = instance.meters.pids();
          for (const path of [secret, '/etc/shadow', '/home', '/run', '/sys/kernel', '/proc/1']) {
            expect(existsSync(path), path).toBe(true);
            expect(existsSync(`/proc/${pid}/root${path}`), path).toBe(false);
          }
          if (prepared.description.runtime !== 'uml') return;
          const looks = [
            'mkdir -p /mnt/host && mount -t hostfs none /mnt/host || exit 9',
            `test -e /mnt/host${secret} && echo secret`,
            'test -e /mnt/host/etc && echo etc',
            'echo x 2>&- >/mnt/host/new && echo written',
            'umount /mnt/host; echo looked',
          ];
          const { lines } = await instance.agent.ask('exec', looks.join('; '));
          expect(lines).toEqual(['looked']);
        });
      }

      it('answers commands, and powers off leaving nothing behind', async () => {
        const { lines, status } = await instance.agent.ask('exec', 'echo "$((6 * 7))"; exit 3');
        expect({ lines, status }).toEqual({ lines: ['42'], status: 3 });
        expect(await instance.stop(60_000)).toBeGreaterThan(10);
        expect(pidsOf(group)).toEqual([]);
      });
    },
  );
}

/**
 * The processes of a control group and those below it, by way of /proc/PID/cgroup instead of the group's own files.
 * What has ended and waits for the host's init to reap it (Podman's conmon, on some hosts for a while) is none any
 * more.
 */
function pidsOf(group: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => readIfThere(`/proc/${pid}/cgroup`)?.includes(`/${group}`))
    .filter((pid) => !readIfThere(`/proc/${pid}/status`)?.includes('State:\tZ'))
    .map(Number);
}

function pssBySmem(pids: readonly number[]): number {
  const table = execFileSync('smem', ['--no-header', '--columns', 'pid pss'], { encoding: 'utf8' });
  return table
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
    .filter(([pid]) => pids.includes(pid ?? -1))
    .reduce((sum, [, pssKib]) => sum + (pssKib ?? 0) * 1024, 0);
}

/** Of `group tasks cpu memory …`, one line for each group: the usage without what is swapped out (systemd-cgtop(1)). */
function chargeByCgtop(group: string): number {
  const options = ['--batch', '--raw', '--iterations=1', '--order=memory', '--depth=1'];
  const table = execFileSync('systemd-cgtop', options, { encoding: 'utf8' });
  const row = table.split('\n').find((line) => line.startsWith(`/${group} `) || line.startsWith(`${group} `));
  return Number(row?.trim().split(/\s+/)[3]);
}
