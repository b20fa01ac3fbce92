import { readFileSync, readlinkSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { runError } from '../../core/error.ts';
import { readIfThere } from '../../core/read-if-there.ts';
import type { Agent } from '../guest/agent.ts';
import {
  parseCallsProbe,
  parseCleanlinessProbe,
  parseDetectionProbe,
  parseIsolationProbe,
  type Cleanliness,
  type InsideView,
} from '../guest/isolation-probe.ts';
import { probeCommand, type Probe } from '../guest/probe.ts';
import { neededOptions, parseKernelConfig } from '../kernel/exploit-preconditions.ts';
import { harmlessCalls } from '../kernel/harmless-calls.ts';
import { readSeccomp, type Filters } from '../kernel/read-seccomp.ts';
import { parseMeminfo } from '../meters/meminfo.ts';
import { processRunner } from '../process/runner.ts';
import { findInit } from '../runtimes/container-isolation.ts';
import { readProcessRights, type ProcessRights } from '../runtimes/process-rights.ts';
import type { Instance } from '../runtimes/runtime.ts';

/** What stands between an instance and the host, seen from inside and from the host. */
export interface ExposureReading {
  inside: InsideView;
  /** What system calls gave that were made inside, by number. Empty on another machine than x86-64. */
  calls: Map<number, number | 'killed'>;
  /** Options that exploits need and the kernel inside has, without CONFIG_; `undefined` where its list is not there. */
  options: ReadonlySet<string> | undefined;
  boundary: BoundaryReading;
  host: HostView;
}

/** The process whose system calls reach the host's kernel: a container's process 1, or the VM monitor. */
export interface BoundaryReading {
  filters: Filters;
  /** Of a service of the distribution that restricts itself (systemd-logind). Containers only. */
  serviceFilters?: Filters;
  rights: ProcessRights | undefined;
}

/** The same of the host, at the same time. */
export interface HostView {
  namespaces: Map<string, number>;
  uptimeS: number;
  load: number[];
  memoryKib: number;
  release: string;
  build: string;
  options: ReadonlySet<string> | undefined;
}

/** What each known method of detection said inside. */
export interface DetectionReading {
  said: Map<string, string>;
}

export type FidelityReading = Cleanliness;

interface Booted {
  instance: Pick<Instance, 'agent' | 'kind' | 'meters'>;
}

/** Once everything else has been read: the boundary's process stands still while its filter is read. */
export async function gatherExposure({ instance }: Booted): Promise<ExposureReading> {
  const { agent, kind, meters } = instance;
  const shares = kind === 'container' ? ['shared'] : [];
  const inside = parseIsolationProbe(await askProbe(agent, 'isolation-probe.pl', shares));
  const host = readHostView();
  const isKnownMachine = inside.machine === 'x86_64';
  const calls = isKnownMachine
    ? parseCallsProbe(await askProbe(agent, 'calls-probe.pl', harmlessCalls))
    : new Map<number, number | 'killed'>();
  return {
    inside,
    calls,
    options: kind === 'vm' ? await askOptions(agent) : host.options,
    boundary: await readBoundary(kind, meters.pids()),
    host,
  };
}

export async function gatherDetection({ instance }: Booted): Promise<DetectionReading> {
  return { said: parseDetectionProbe(await askProbe(instance.agent, 'detection-probe.sh')) };
}

export async function gatherFidelity({ instance }: Booted): Promise<FidelityReading> {
  return parseCleanlinessProbe(await askProbe(instance.agent, 'cleanliness-probe.sh'));
}

/** A probe's lines, whatever its status: the last program's is no sign. */
async function askProbe(agent: Agent, probe: Probe, args: readonly string[] = []): Promise<string[]> {
  const { lines, said } = await agent.ask('exec', probeCommand(probe, args));
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
      filters: await readSeccomp(processRunner, pid),
      ...(service !== undefined && { serviceFilters: await readSeccomp(processRunner, service) }),
      rights: readProcessRights(pid),
    };
  } catch (error) {
    return {
      filters: { unread: error instanceof Error ? error.message : String(error) },
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
  return readIfThere(`/proc/${pid}/comm`)?.trim();
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
    options: readHostOptions(release),
  };
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
