import { readFileSync, readlinkSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { messageOf, runError } from '../../core/error.ts';
import { readIfThere } from '../../core/read-if-there.ts';
import type {
  BoundaryReading,
  DetectionReading,
  ExposureReading,
  FidelityReading,
  HostView,
} from '../contract/exposure-readings.ts';
import { neededOptions } from '../facts/kernel-exploits.ts';
import type { Agent } from '../guest/agent.ts';
import { harmlessCalls } from '../guest/harmless-calls.ts';
import { sentCommand, type Probe } from '../guest/sent-program.ts';
import { changedSettings, readHostSettings } from '../meters/host-settings.ts';
import { readFilters } from '../meters/seccomp-filters.ts';
import { parseCallsProbe, type Answered } from '../parse/calls-probe.ts';
import { parseCleanlinessProbe } from '../parse/cleanliness-probe.ts';
import { parseDetectionProbe } from '../parse/detection-probe.ts';
import { parseIsolationProbe } from '../parse/isolation-probe.ts';
import { parseKernelConfig } from '../parse/kernel-config.ts';
import { parseMeminfo } from '../parse/meminfo.ts';
import { findInit } from '../runtimes/container-isolation.ts';
import { readProcessRights } from '../runtimes/isolation-facts.ts';
import type { Instance } from '../runtimes/runtime.ts';

interface Booted {
  instance: Pick<Instance, 'agent' | 'kind' | 'meters'>;
}

/** Once everything else has been read: the boundary's process stands still while its filter is read. */
export function gatherExposure({ instance }: Booted): Promise<ExposureReading> {
  return withHostCompared(() => readExposure(instance));
}

export function gatherDetection({ instance }: Booted): Promise<DetectionReading> {
  return withHostCompared(async () => ({
    said: parseDetectionProbe(await askProbe(instance.agent, 'detection-probe.sh')),
  }));
}

export function gatherFidelity({ instance }: Booted): Promise<FidelityReading> {
  return withHostCompared(async () =>
    parseCleanlinessProbe(await askProbe(instance.agent, 'cleanliness-probe.sh')),
  );
}

async function withHostCompared<Reading>(
  read: () => Promise<Reading>,
): Promise<Reading & { hostChanges: string[] }> {
  const before = readHostSettings();
  const reading = await read();
  return { ...reading, hostChanges: changedSettings(before, readHostSettings()) };
}

async function readExposure({
  agent,
  kind,
  meters,
}: Booted['instance']): Promise<Omit<ExposureReading, 'hostChanges'>> {
  const shares = kind === 'container' ? ['shared'] : [];
  const inside = parseIsolationProbe(await askProbe(agent, 'isolation-probe.pl', shares));
  const host = readHostView();
  const isKnownMachine = inside.machine === 'x86_64';
  const calls = isKnownMachine
    ? parseCallsProbe(await askProbe(agent, 'calls-probe.pl', harmlessCalls))
    : new Map<number, Answered>();
  return {
    inside,
    calls,
    options: kind === 'vm' ? await askOptions(agent) : host.options,
    boundary: await readBoundary(kind, meters.pids()),
    host,
  };
}

/** A probe's lines, whatever its status: the last program's is no sign. */
async function askProbe(agent: Agent, probe: Probe, args: readonly string[] = []): Promise<string[]> {
  const { lines, said } = await agent.ask('exec', sentCommand(probe, args));
  if (lines.length > 0) return lines;
  throw runError('agent-empty-answer', `${probe} gave no answer inside: ${said.slice(-3).join(' / ')}`);
}

async function askOptions(agent: Agent): Promise<ReadonlySet<string> | undefined> {
  const { lines } = await agent.ask('exec', CONFIG_COMMAND);
  // Without any line there was no list: some of these options are in every kernel.
  return lines.length === 0 ? undefined : parseKernelConfig(lines.join('\n'));
}

const CONFIG_COMMAND =
  '{ zcat /proc/config.gz || cat /boot/config-$(uname -r) || cat /lib/modules/$(uname -r)/config; } | ' +
  `grep -E '^CONFIG_(${neededOptions.join('|')})='`;

async function readBoundary(kind: Instance['kind'], pids: readonly number[]): Promise<BoundaryReading> {
  try {
    const pid = kind === 'container' ? findInit(pids).pid : monitorAmong(pids);
    const service = kind === 'container' ? pids.find((one) => nameOf(one) === 'systemd-logind') : undefined;
    return {
      filters: await readFilters(pid),
      ...(service !== undefined && { serviceFilters: await readFilters(service) }),
      rights: readProcessRights(pid),
    };
  } catch (error) {
    return {
      filters: { unread: messageOf(error) },
      rights: undefined,
    };
  }
}

/** Of a monitor's processes the one that is largest: helpers beside it are small. */
function monitorAmong(pids: readonly number[]): number {
  const [largest] = pids
    .map((pid) => ({ pid, pages: Number(readIfThere(`/proc/${pid}/statm`)?.split(' ')[1] ?? 0) }))
    .sort((one, other) => other.pages - one.pages);
  if (largest === undefined) throw new Error('no process of the VM lives');
  return largest.pid;
}

function nameOf(pid: number): string | undefined {
  return readIfThere(`/proc/${pid}/comm`);
}

function readHostView(): HostView {
  const read = (path: string): string => readFileSync(path, 'utf8').trim();
  const release = read('/proc/sys/kernel/osrelease');
  return {
    namespaces: new Map(NAMESPACES.flatMap((name) => namespaceInode(name))),
    uptimeS: Number(read('/proc/uptime').split(' ')[0]),
    load: read('/proc/loadavg').split(' ').slice(0, 3).map(Number),
    memoryKib: (parseMeminfo(read('/proc/meminfo')).get('MemTotal') ?? 0) / 1024,
    release,
    build: read('/proc/sys/kernel/version'),
    givesUserNamespaces: givesUserNamespaces(),
    options: readHostOptions(release),
  };
}

/** user_namespaces(7); Debian's own switch, and Ubuntu's. */
function givesUserNamespaces(): boolean | undefined {
  const most = readIfThere('/proc/sys/user/max_user_namespaces');
  if (most === undefined) return undefined;
  const isSwitchedOff = readIfThere('/proc/sys/kernel/unprivileged_userns_clone') === '0';
  const isRestricted = readIfThere('/proc/sys/kernel/apparmor_restrict_unprivileged_userns') === '1';
  return most !== '0' && !isSwitchedOff && !isRestricted;
}

const NAMESPACES = ['cgroup', 'ipc', 'mnt', 'net', 'pid', 'time', 'user', 'uts'];

function namespaceInode(name: string): [string, number][] {
  try {
    const inode = /\[(\d+)\]/.exec(readlinkSync(`/proc/self/ns/${name}`))?.[1];
    return inode === undefined ? [] : [[name, Number(inode)]];
  } catch {
    // This kernel has no such namespaces.
    return [];
  }
}

function readHostOptions(release: string): ReadonlySet<string> | undefined {
  try {
    return parseKernelConfig(gunzipSync(readFileSync('/proc/config.gz')).toString());
  } catch {
    const text = readIfThere(`/boot/config-${release}`) ?? readIfThere(`/lib/modules/${release}/config`);
    return text === undefined ? undefined : parseKernelConfig(text);
  }
}
