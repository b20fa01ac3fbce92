import { constants } from 'node:os';
import type { ExposureReading } from '../harness/contract/exposure-readings.ts';
import { createMeasured, defineScenario, metric } from '../harness/contract/scenario.ts';
import { isNamespaced } from '../harness/facts/sysctl-scope.ts';
import { syscallNumbers } from '../harness/facts/syscalls-x86-64.ts';
import type { Opened } from '../harness/parse/isolation-probe.ts';
import { isWithin, upstreamVersion } from '../harness/parse/kernel-version.ts';
import { parseProcessRights } from '../harness/parse/process-rights.ts';
import type { Filters } from '../harness/parse/seccomp.ts';
import type { IsolationDetails, Reach } from '../results/exposure/isolation.ts';
import type { RuntimeKind } from '../results/record.ts';
import {
  boundaryReach,
  callSurface,
  countExploits,
  differencesOf,
  errnoName,
  insideFilters,
  insideReach,
  type CallSurface,
} from './kernel-surface.ts';

const { EPERM, ENOSYS } = constants.errno;

const OWN_KERNEL = 'a VM has a kernel of its own: what it shows is not the host’s';

export const isolation = defineScenario({
  id: 'isolation',
  title: 'Isolation',
  question: 'What of the host can the instance see and reach?',
  needs: ['exposure'],
  // Its probes start programs inside, and hold the process at the boundary still while its filter is read.
  onlyWhenNamed: true,
  metrics: [
    metric(
      'isolation.syscalls-allowed',
      'count',
      'headline',
      'System calls allowed',
      'How many of the 362 system calls of x86-64 (Linux 6.1) process 1 may make of the kernel that serves it, whatever their arguments: its filter is read with PTRACE_SECCOMP_GET_FILTER and evaluated. In a VM that kernel is its own.',
    ),
    metric(
      'isolation.host-syscalls-allowed',
      'count',
      'headline',
      'System calls allowed, of the host’s kernel',
      'The same of the process whose calls reach the host’s kernel: process 1 of a container, or the VM monitor.',
    ),
    metric(
      'isolation.exploit-preconditions',
      'count',
      'headline',
      'Exploit preconditions met',
      'Of 79 vulnerabilities with public exploits (kernelCTF, 2023 to 2025), how many have their preconditions met for root inside, against the kernel that serves it: capability held or gained in a user namespace, io_uring, kernel options. Whatever the version; in a VM the guest’s kernel.',
    ),
    metric(
      'isolation.host-exploit-preconditions',
      'count',
      'headline',
      'Exploit preconditions met, on the host’s kernel',
      'The same for the process whose calls reach the host’s kernel: a container’s root, or the VM monitor once it is taken over.',
    ),
    metric(
      'isolation.global-writable',
      'count',
      'headline',
      'Global files that open for writing',
      'Files below /proc/sys and /sys that root inside can open for writing and whose value the instance shares with the host. None is written. 0 in a VM, which has values of its own.',
    ),
    metric(
      'isolation.ways-out',
      'count',
      'headline',
      'Known ways out that are open',
      'Of core_pattern, the path of modprobe, sysrq-trigger, uevent_helper, binfmt_misc, release_agent, /proc/kcore, /dev/mem, a container manager’s socket and the loading of modules, how many root inside can open or use on the host’s kernel. Opened and closed, never used. 0 in a VM, whose kernel is its own.',
    ),
    metric(
      'isolation.host-visible',
      'count',
      'headline',
      'Views of the host',
      'Of the host’s processes, mounts, kernel log, uptime, load and memory size, how many are seen inside. 0 in a VM.',
    ),
    metric(
      'isolation.own-namespaces',
      'count',
      'headline',
      'Namespaces of its own',
      'Of the eight kinds of namespaces(7), how many process 1 does not share with the host. Containers only.',
      'higher',
    ),
    metric(
      'isolation.capabilities',
      'count',
      'headline',
      'Capabilities at the boundary',
      'The size of the bounding set of the process whose calls reach the host’s kernel: process 1 of a container, in its user namespace, or the VM monitor.',
    ),
    metric(
      'isolation.syscalls-all',
      'count',
      'detail',
      'System calls there are',
      'The system calls of x86-64 in Linux 6.1, of which the others are parts. A later kernel has a few more.',
      'none',
    ),
    metric(
      'isolation.syscalls-depending',
      'count',
      'detail',
      'System calls that depend',
      'As `isolation.syscalls-allowed`: calls that the filter lets through with some arguments, or leaves to a supervisor.',
      'none',
    ),
    metric(
      'isolation.probe-differences',
      'count',
      'detail',
      'Calls that answer otherwise',
      'How many of the system calls that were made inside, with arguments that change nothing, answered otherwise than the evaluated filter says.',
    ),
    metric(
      'isolation.exploit-versions',
      'count',
      'detail',
      'Met, and the version affected',
      'Of `isolation.exploit-preconditions`, how many have the kernel’s upstream version in their affected range. Distributions repair without changing it: at most so many.',
    ),
    metric(
      'isolation.host-exploit-versions',
      'count',
      'detail',
      'Met, and the host’s version affected',
      'Of `isolation.host-exploit-preconditions`, how many have the version of the host’s kernel in their affected range: at most so many.',
    ),
    metric(
      'isolation.namespaced-writable',
      'count',
      'detail',
      'Own files that open for writing',
      'Files below /proc/sys and /sys that root inside can open for writing and whose value belongs to a namespace of its own. Containers only.',
      'none',
    ),
    metric(
      'isolation.host-changes',
      'count',
      'detail',
      'Settings of the host that changed',
      'Sysctls that can be written, mounts, control groups, modules and settings of tracing on the host that were another after the probes than before: the probes change none, and other work on the host may.',
    ),
    metric(
      'isolation.devices-opened',
      'count',
      'detail',
      'Device nodes that open',
      'Nodes below /dev that root inside can open for reading; serial lines, watchdogs, tapes and nodes whose driver is not loaded are not tried. In a VM they are the monitor’s devices.',
      'none',
    ),
  ],

  measure({ exposure }, { kind }) {
    const measured = createMeasured();
    if (exposure === undefined) return measured;
    // The filters that the tenant's calls pass are followed once for all that is told of them.
    const filters = insideFilters(exposure, kind);
    const surface = surfaceOf(exposure, filters);
    const reaches = reachesOf(exposure, kind, callsOf(surface, filters));
    const global = globalWritable(exposure, kind);
    const details: IsolationDetails = {
      ...factsOf(exposure, kind, global),
      reaches,
      probed: probedOf(exposure, surface),
      ...loginServiceOf(exposure),
    };
    putReach(
      measured,
      ['isolation.syscalls-allowed', 'isolation.exploit-preconditions', 'isolation.exploit-versions'],
      reaches[0],
    );
    putReach(
      measured,
      [
        'isolation.host-syscalls-allowed',
        'isolation.host-exploit-preconditions',
        'isolation.host-exploit-versions',
      ],
      reaches.find(({ kernel }) => kernel === 'host'),
    );
    putFacts(measured, exposure, details, global);
    Object.assign(measured.details, details);
    return measured;
  },
});

type Put = ReturnType<typeof createMeasured>['put'];

const OTHER_MACHINE = 'the table of system calls is x86-64’s';

/** The tenant's first. A container's tenant is the one who reaches the host's kernel. */
function reachesOf(
  reading: ExposureReading,
  kind: RuntimeKind,
  tenantCalls: ReturnType<typeof callsOf>,
): [Reach, ...Reach[]] {
  const tenant: Reach = {
    party: 'tenant',
    kernel: kind === 'vm' ? 'guest' : 'host',
    ...tenantCalls,
    exploits: countExploits(insideReach(reading, kind)),
  };
  if (kind === 'container') return [tenant];
  const { filters } = reading.boundary;
  const monitor: Reach = {
    party: 'monitor',
    kernel: 'host',
    ...callsOf(surfaceOf(reading, filters), filters),
    exploits: countExploits(boundaryReach(reading, kind)),
  };
  return [tenant, monitor];
}

function surfaceOf({ inside }: ExposureReading, filters: Filters): CallSurface | undefined {
  return inside.machine === 'x86_64' && 'filters' in filters ? callSurface(filters.filters) : undefined;
}

function callsOf(surface: CallSurface | undefined, filters: Filters): Pick<Reach, 'calls' | 'unread'> {
  if (surface === undefined) return { unread: 'unread' in filters ? filters.unread : OTHER_MACHINE };
  const { allowed, refused, depending } = surface;
  return { calls: { allowed: allowed.length, refused, depending } };
}

function putReach(
  { put }: { put: Put },
  [calls, preconditions, versions]: readonly [string, string, string],
  reach: Reach | undefined,
): void {
  if (reach === undefined) return;
  const { holding, open, affected } = reach.exploits;
  const reason = `of ${open} it is not known whether they are met (kernel options or filter unread)`;
  put(calls, reach.calls?.allowed, reach.unread ?? '');
  put(preconditions, open === 0 ? holding.length : undefined, reason);
  put(
    versions,
    open === 0 ? affected?.length : undefined,
    open === 0 ? 'the kernel’s version cannot be read' : reason,
  );
}

function probedOf({ calls }: ExposureReading, surface: CallSurface | undefined): IsolationDetails['probed'] {
  return {
    calls: calls.size,
    ...(surface !== undefined && { differences: differencesOf(surface, calls) }),
  };
}

function loginServiceOf(reading: ExposureReading): Pick<IsolationDetails, 'loginService'> {
  const { serviceFilters } = reading.boundary;
  const surface = serviceFilters && surfaceOf(reading, serviceFilters);
  return surface === undefined ? {} : { loginService: { allowed: surface.allowed.length } };
}

function putFacts(
  { put }: { put: Put },
  { inside, boundary, ...reading }: ExposureReading,
  { kernel, reaches: [tenant], ownNamespaces = [], views, waysOut, probed, hostChanges }: IsolationDetails,
  global: readonly string[],
): void {
  const isVm = kernel === 'own';
  put('isolation.global-writable', global.length, '');
  put('isolation.namespaced-writable', isVm ? undefined : inside.writable.length - global.length, OWN_KERNEL);
  put('isolation.ways-out', waysOut.length, '');
  put('isolation.host-visible', views.length, '');
  put('isolation.own-namespaces', isVm ? undefined : ownNamespaces.length, OWN_KERNEL);
  put(
    'isolation.capabilities',
    boundary.rights?.bounding?.length,
    'the kernel does not say what the boundary’s process may have',
  );
  put('isolation.devices-opened', inside.devices.filter(isOpen).length, '');
  put('isolation.syscalls-all', inside.machine === 'x86_64' ? syscallNumbers.size : undefined, OTHER_MACHINE);
  put('isolation.syscalls-depending', tenant?.calls?.depending.length, tenant?.unread ?? '');
  const isProbed = reading.calls.size > 0;
  put(
    'isolation.probe-differences',
    isProbed ? probed.differences?.length : undefined,
    isProbed ? (tenant?.unread ?? '') : 'no call was made inside',
  );
  put('isolation.host-changes', hostChanges.length, '');
}

const isOpen = ({ opened }: { opened: number }): boolean => opened === 0;

type Facts = Omit<IsolationDetails, 'reaches' | 'probed' | 'loginService'>;

/** Files that open for writing and whose value is the host's too. */
function globalWritable(reading: ExposureReading, kind: RuntimeKind): string[] {
  if (kind === 'vm') return [];
  const own = ownNamespaces(reading);
  return reading.inside.writable.filter((path) => !isNamespaced(path, own));
}

function factsOf(reading: ExposureReading, kind: RuntimeKind, global: readonly string[]): Facts {
  const { inside } = reading;
  const isVm = kind === 'vm';
  const own = ownNamespaces(reading);
  const { bounding, effective, ambient, noNewPrivileges } = parseProcessRights(inside.status);
  return {
    kernel: isVm ? 'own' : 'shared',
    ...(!isVm && { ownNamespaces: [...own], isRootOutside: isRootOutside(inside.uidMap) }),
    uidMap: inside.uidMap,
    capabilities: {
      ...(bounding !== undefined && { bounding }),
      ...(effective !== undefined && { effective }),
      ...(ambient !== undefined && { ambient }),
    },
    ...(noNewPrivileges !== undefined && { noNewPrivileges }),
    lsm: inside.lsm,
    processes: inside.processes,
    mounts: inside.mounts,
    views: isVm ? [] : hostViews(reading, own),
    waysOut: isVm ? [] : openWays(reading),
    probes: Object.fromEntries([...inside.probes].map(([name, opened]) => [name, answer(opened)])),
    globalSysctl: answer(inside.writeBack),
    userNamespace: inside.userNamespace === 'killed' ? 'killed' : answer(inside.userNamespace),
    devices: inside.devices
      .filter(isOpen)
      .map(({ path }) => path)
      .slice(0, MOST_LISTED),
    globalWritable: global.slice(0, MOST_LISTED),
    isCut: inside.isCut,
    hostChanges: reading.hostChanges.slice(0, MOST_LISTED),
  };
}

/** What a record keeps of a list: the figure counts all of it. */
const MOST_LISTED = 100;

function answer(opened: Opened | undefined): string {
  if (opened === undefined) return 'unknown';
  if (opened === 'absent') return opened;
  return opened === 0 ? 'ok' : errnoName(opened);
}

function ownNamespaces({ inside, host }: ExposureReading): Set<string> {
  return new Set(
    [...inside.namespaces]
      .filter(([name, inode]) => host.namespaces.has(name) && host.namespaces.get(name) !== inode)
      .map(([name]) => name),
  );
}

function isRootOutside(uidMap: ExposureReading['inside']['uidMap']): boolean {
  return uidMap.some(({ inside, outside }) => inside === 0 && outside === 0);
}

const WAYS_OUT = [
  'core-pattern',
  'modprobe-path',
  'sysrq-trigger',
  'uevent-helper',
  'binfmt-misc',
  'release-agent',
  'kcore',
  'mem',
  'manager-socket',
];

function openWays({ inside, calls }: ExposureReading): string[] {
  const { bounding } = parseProcessRights(inside.status);
  // What the kernel asks of root of the first user namespace alone.
  const holds = (capability: string): boolean =>
    isRootOutside(inside.uidMap) && bounding?.includes(capability) === true;
  const opened = WAYS_OUT.filter((name) => inside.probes.get(name) === 0).filter(
    (name) => name !== 'release-agent' || holds('SYS_ADMIN') || asksNobody(inside),
  );
  const loads =
    holds('SYS_MODULE') && inside.modulesDisabled === false && !MAKES_NO_CALL.has(calls.get(FINIT_MODULE));
  return loads ? [...opened, 'modules'] : opened;
}

/** Since Linux 5.17 a release_agent that opens is written by CAP_SYS_ADMIN alone (CVE-2022-0492). */
function asksNobody({ release, build }: ExposureReading['inside']): boolean {
  const version = upstreamVersion(release, build);
  return version !== undefined && isWithin(version, { first: '2.6.24', last: '5.16.999' });
}

const FINIT_MODULE = syscallNumbers.get('finit_module') ?? -1;
const MAKES_NO_CALL: ReadonlySet<number | string | undefined> = new Set([EPERM, ENOSYS, 'killed']);

/** Which of the host's figures are seen inside. The two sides were read within a second or so. */
function hostViews({ inside, host }: ExposureReading, own: ReadonlySet<string>): string[] {
  const [, , loadOf15Minutes = -1] = inside.load;
  const views: [string, boolean][] = [
    ['processes', inside.seesKernelThreads || !own.has('pid')],
    ['mounts', !own.has('mnt')],
    ['kernel log', inside.probes.get('kmsg') === 0 || inside.probes.get('syslog') === 0],
    ['uptime', inside.uptimeS !== undefined && Math.abs(inside.uptimeS - host.uptimeS) < 10],
    ['load', Math.abs(loadOf15Minutes - (host.load[2] ?? 0)) < 0.05],
    ['memory', inside.memoryKib === host.memoryKib],
  ];
  return views.filter(([, isSeen]) => isSeen).map(([name]) => name);
}
