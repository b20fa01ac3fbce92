import { execFileSync, spawnSync } from 'node:child_process';
import { statfsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MIB } from '../../core/units.ts';
import { readCgroupLayout } from '../../harness/process/cgroup.ts';
import type { HostContext } from '../../harness/host/context.ts';
import { resolveImage } from '../../harness/image/resolve.ts';
import { prepareRuntime } from '../../harness/runtimes/prepare.ts';
import { untilReady } from '../../harness/runtimes/ready.ts';
import type { Instance, PreparedRuntime } from '../../harness/runtimes/runtime.ts';
import { parseRuntimeSpec } from '../../harness/runtimes/spec.ts';
import type { RecordedIsolation } from '../../results/record.ts';
import { newTraces, rememberTraces } from '../support/host-state.ts';
import { openTestHost } from './support.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** Device numbers of the disk that the host's root file system lies on; nothing but reading one sector is tried. */
const disk = ((dev: number) => ({
  major: (dev >> 8) & 0xfff,
  minor: (dev & 0xff) | ((dev >> 12) & 0xfff00),
}))(statSync('/').dev);
/** As mknod(1) takes it. */
export const diskNumber = `${disk.major} ${disk.minor}`;

/**
 * What the image's root tries, each attempt a line of `name yes` or `name no`. Harmless where it works: what is opened
 * for writing is not written to, and what is read is one sector.
 */
const attempts = {
  'disk by a node': `mknod /root/disk b ${diskNumber} && head -c 512 /root/disk`,
  'disk by a node below /dev': `mknod /dev/disk-x b ${diskNumber} && head -c 512 /dev/disk-x`,
  'disk by a devtmpfs':
    'mount -t devtmpfs none /mnt || exit 1; ' +
    'for node in $(find /mnt -type b); do [ "$(head -c 1 $node | wc -c)" = 1 ] && exit 0; done; exit 1',
  core_pattern: 'exec 3>>/proc/sys/kernel/core_pattern',
  sysrq: '[ -e /proc/sysrq-trigger ] && exec 3>>/proc/sysrq-trigger',
  'a global of the kernel': 'exec 3>>/proc/sys/vm/swappiness',
  'the host’s memory': 'mknod /root/mem c 1 1 && head -c 1 /root/mem',
  'filling /run/twinboot': 'dd if=/dev/zero of=/run/twinboot/fill bs=1M count=2',
  'running from /run/twinboot':
    'rm -f /run/twinboot/fill; cp /bin/true /run/twinboot/true && /run/twinboot/true',
  'core_pattern after a remount':
    'mount -o remount,bind,rw /proc/sys && exec 3>>/proc/sys/kernel/core_pattern',
} as const;
type Attempt = keyof typeof attempts;

const script = Object.entries(attempts)
  .map(
    ([name, command]) =>
      `if (${command}) >/dev/null 2>&1; then echo "${name}=yes"; else echo "${name}=no"; fi`,
  )
  .join('; ');

/** A setuid program inside still makes an ordinary user root: that is the distribution's own affair. */
const SETUID =
  'cp /usr/bin/id /usr/bin/id-of-root; chmod 4755 /usr/bin/id-of-root; ' +
  'setpriv --reuid=65534 --regid=65534 --clear-groups /usr/bin/id-of-root -u';

/** Starts a hundred processes; the shell that cannot start one says nothing more. */
const FORK = 'for i in $(seq 100); do sleep 20 & done; echo all started';

/** Half of what is free of it is more than a boot writes. */
const DISK_BYTES = 1024 * MIB;
/** At 100 MiB a second at most: whoever fills a disk faster than it is looked at has filled it (SECURITY.md). */
const FILL = 'for i in $(seq 90); do head -c 10M /dev/zero >/var/tmp/fill-$i; sleep 0.1; done; echo filled';

export interface Hostile {
  spec: string;
  /** What an attempt achieves beyond nothing: there is no boundary where root inside is root of the host. */
  achieves: readonly Attempt[];
}

const REMOUNT: readonly Attempt[] = ['core_pattern after a remount'];

/** Every container runtime, with a user namespace and without. */
export const hostileRuntimes: readonly Hostile[] = [
  { spec: 'nspawn', achieves: REMOUNT },
  { spec: 'nspawn:userns=on', achieves: [] },
  { spec: 'namespaces', achieves: REMOUNT },
  { spec: 'namespaces:userns=on', achieves: [] },
  { spec: 'lxc', achieves: REMOUNT },
  { spec: 'lxc:userns=on', achieves: [] },
  // Podman gives no CAP_SYS_ADMIN.
  { spec: 'podman', achieves: [] },
  { spec: 'podman:userns=on', achieves: [] },
];

const cgroups = readCgroupLayout();

/**
 * What root of an image tries against the host, in each of these runtimes, held against the record's isolation facts.
 */
export function describeHostileImages(
  runtimes: readonly Hostile[],
  { withinMs }: { withinMs: number },
): void {
  describe.each(runtimes)('a hostile image in $spec', (hostile) => describeOne(hostile, withinMs));
}

function describeOne({ spec: text, achieves }: Hostile, withinMs: number): void {
  const spec = parseRuntimeSpec(text);
  const name = text.replace(/\W/g, '-');
  let host: HostContext;
  let prepared: PreparedRuntime | undefined;
  let instance: Instance | undefined;
  let achieved: string[] = [];
  let isolation: RecordedIsolation | undefined;
  let insideUid = '';
  let afterForks = '';
  let mostTasks = 0;
  let tasksAfterForks = 0;
  let reachable: string[] = [];
  let endedFor: string | undefined;
  let freeOfDisk = 0;
  let unavailable: string | undefined;

  beforeAll(async () => {
    rememberTraces();
    host = openTestHost(`hostile-${name}`, `test of ${text}`, DISK_BYTES);
    const available = await spec.runtime.availability(host, spec.options);
    if (!available.ok) {
      unavailable = available.reason;
      return;
    }
    const image = await resolveImage(host, { note: () => undefined });
    const limits = { memoryBytes: 512 * MIB, cpus: 2 };
    prepared = await prepareRuntime(spec, { host, image, limits, note: () => undefined });
    const consoleLog = join(temporaryFolder(), 'console.log');
    instance = await prepared.start({ bootId: `hostile-${name}`, consoleLog });
    await untilReady(instance, withinMs, host.signal);
    isolation = await instance.readIsolation?.();
    const ask = async (command: string): Promise<string[]> =>
      (await instance?.agent.ask('exec', command, withinMs))?.lines ?? [];
    achieved = (await ask(script)).filter((line) => line.endsWith('=yes')).map((line) => line.slice(0, -4));
    insideUid = (await ask(SETUID)).join('');
    reachable = setuidFilesReachable(host.workFolder);
    // The limit is lowered for the test, so that reaching it takes a moment.
    const group = `twinboot-hostile-${name}`;
    mostTasks = tasksIn(group) + 40;
    lowerTaskLimit(group, mostTasks);
    afterForks = (await ask(FORK).catch(() => [])).join('');
    tasksAfterForks = tasksIn(group);
    lowerTaskLimit(group, 4096);
    // One that is ended does not answer.
    const ended = await Promise.race([instance.exited, ask(FILL).then(() => undefined)]);
    endedFor = ended?.endedBecause?.code;
    freeOfDisk = shareFree(host.workFolder);
  });

  afterAll(async () => {
    await instance?.kill();
    await prepared?.release();
    expect(await host.cleanup.releaseAll()).toEqual([]);
    expect(newTraces()).toEqual([]);
  });

  const itWhereItRuns = (what: string, check: () => void) =>
    it(what, (context) => {
      context.skip(unavailable !== undefined, `${text} cannot run here: ${unavailable ?? ''}`);
      check();
    });

  itWhereItRuns('achieves nothing but what a container without a boundary gives', () => {
    expect(achieved.sort()).toEqual([...achieves].sort());
  });

  itWhereItRuns('is described by the record as what it could do', () => {
    const canRemount = achieved.includes('core_pattern after a remount');
    const isRootOfHost = isolation?.userNamespace === false;
    expect(canRemount).toBe(isRootOfHost && isolation?.heldCapabilities?.includes('SYS_ADMIN'));
    expect(isolation?.source).toBe('read');
    expect(isolation?.missing).toBeUndefined();
    expect(isolation?.devices).toMatch(/^null, zero, full, random, urandom, tty, console, ptmx, pts\/\*/);
    expect(isolation?.maxTasks).toBe(4096);
    expect(isolation?.userNamespace).toBe(text.includes('userns=on'));
    expect(isolation?.seccomp).toBe(!text.startsWith('namespaces'));
  });

  itWhereItRuns('still runs its own setuid programs', () => {
    expect(insideUid).toBe('0');
  });

  itWhereItRuns('offers no setuid file to an ordinary user of the host', () => {
    expect(reachable).toEqual([]);
  });

  itWhereItRuns('cannot start more tasks than its group may have', () => {
    expect(afterForks).not.toContain('all started');
    expect(tasksAfterForks).toBeLessThanOrEqual(mostTasks);
    expect(tasksAfterForks).toBeGreaterThan(mostTasks - 20);
  });

  itWhereItRuns('is ended when it fills the disk, before that is full', () => {
    expect(endedFor).toBe('writable-full');
    expect(freeOfDisk).toBeGreaterThan(0.1);
  });
}

/** How much of the disk that a folder lies on nobody has taken, 0 to 1. */
function shareFree(folder: string): number {
  const { bavail, blocks } = statfsSync(folder);
  return bavail / blocks;
}

/** Below the work folder, what the host's user 65534 finds that would run as somebody else. */
function setuidFilesReachable(workFolder: string): string[] {
  const found = spawnSync(
    'setpriv',
    ['--reuid=65534', '--regid=65534', '--clear-groups', 'find', workFolder, '-perm', '-4000', '-print'],
    { encoding: 'utf8', cwd: '/' },
  );
  expect(found.stderr).toContain('Permission denied');
  return found.stdout.split('\n').filter(Boolean);
}

function pidsFolder(group: string): string {
  return join(cgroups.v1.pids ?? cgroups.unified ?? '', group);
}

function taskFile(group: string, file: string): string {
  return execFileSync('cat', [join(pidsFolder(group), file)], { encoding: 'utf8' }).trim();
}

function tasksIn(group: string): number {
  return Number(taskFile(group, 'pids.current'));
}

function lowerTaskLimit(group: string, most: number): void {
  writeFileSync(join(pidsFolder(group), 'pids.max'), String(most));
}
