import { constants } from 'node:os';
import type { Opened } from '../harness/guest/isolation-probe.ts';
import { isNamespaced } from '../harness/kernel/sysctl-scope.ts';
import { isWithin, upstreamVersion } from '../harness/kernel/kernel-version.ts';
import { syscallNumbers } from '../harness/kernel/syscalls-x86-64.ts';
import type { ExposureReading } from '../harness/observe/exposure.ts';
import { parseProcessRights } from '../harness/runtimes/process-rights.ts';
import type { IsolationDetails } from '../results/exposure.ts';
import type { RuntimeKind } from '../results/record.ts';
import { createMeasured, defineScenario, metric } from './define.ts';
import {
  boundaryReach,
  callSurface,
  countExploits,
  differencesOf,
  errnoName,
  insideFilters,
  insideReach,
} from './kernel-surface.ts';

const { EPERM, ENOSYS } = constants.errno;

const OWN_KERNEL = 'a VM has a kernel of its own: what it shows is not the host’s';

export const isolation = defineScenario({
  id: 'isolation',
  title: 'Isolation',
  question: 'What of the host can the instance see and reach?',
  needs: ['exposure'],
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
      'Of the host’s kernel',
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
      'Against the host’s kernel',
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
      'isolation.devices-opened',
      'count',
      'detail',
      'Device nodes that open',
      'Nodes below /dev that root inside can open for reading; serial lines, watchdogs and tapes are not tried. In a VM they are the monitor’s devices.',
      'none',
    ),
  ],

  measure({ exposure }, { kind }, whyAbsent) {
    const measured = createMeasured();
    if (exposure === undefined) {
      for (const { id } of isolation.metrics) measured.put(id, undefined, whyAbsent('exposure'));
      return measured;
    }
    measureCalls(measured, exposure, kind);
    measureExploits(measured, exposure, kind);
    measureViews(measured, exposure, kind);
    return measured;
  },
});

type Measuring = ReturnType<typeof createMeasured>;

const OTHER_MACHINE = 'the table of system calls is x86-64’s';

function measureCalls({ put, details }: Measuring, reading: ExposureReading, kind: RuntimeKind): void {
  const isKnown = reading.inside.machine === 'x86_64';
  const surfaceOf = (filters: ReturnType<typeof insideFilters>) =>
    isKnown && 'filters' in filters ? callSurface(filters.filters) : undefined;
  const why = (filters: ReturnType<typeof insideFilters>): string =>
    isKnown && 'unread' in filters ? filters.unread : OTHER_MACHINE;
  const filters = insideFilters(reading, kind);
  const surface = surfaceOf(filters);
  const boundary = kind === 'container' ? surface : surfaceOf(reading.boundary.filters);
  put('isolation.syscalls-allowed', surface?.allowed.length, why(filters));
  put('isolation.syscalls-depending', surface?.depending.length, why(filters));
  put('isolation.host-syscalls-allowed', boundary?.allowed.length, why(reading.boundary.filters));
  const differences = surface && differencesOf(surface, reading.calls);
  const isProbed = reading.calls.size > 0;
  put(
    'isolation.probe-differences',
    isProbed ? differences?.length : undefined,
    isProbed ? why(filters) : 'no call was made inside',
  );
  const { serviceFilters } = reading.boundary;
  const service = serviceFilters && surfaceOf(serviceFilters);
  details.calls = surface && {
    refused: surface.refused,
    depending: surface.depending,
    differences,
    probed: reading.calls.size,
  };
  if (kind === 'vm')
    details.monitorCalls = boundary && { refused: boundary.refused, depending: boundary.depending };
  if (service !== undefined) details.loginServiceCalls = { allowed: service.allowed.length };
}

function measureExploits({ put, details }: Measuring, reading: ExposureReading, kind: RuntimeKind): void {
  const inside = countExploits(insideReach(reading, kind));
  const host = countExploits(boundaryReach(reading, kind));
  const rows = [
    ['isolation.exploit-preconditions', 'isolation.exploit-versions', inside],
    ['isolation.host-exploit-preconditions', 'isolation.host-exploit-versions', host],
  ] as const;
  for (const [preconditions, versions, { holding, open, affected }] of rows) {
    const reason = `of ${open} it is not known whether they are met (kernel options or filter unread)`;
    put(preconditions, open === 0 ? holding.length : undefined, reason);
    put(
      versions,
      open === 0 ? affected?.length : undefined,
      open === 0 ? 'the kernel’s version cannot be read' : reason,
    );
  }
  details.exploits = { inside, host };
}

function measureViews({ put, details }: Measuring, reading: ExposureReading, kind: RuntimeKind): void {
  const { inside, boundary } = reading;
  const isVm = kind === 'vm';
  const own = ownNamespaces(reading);
  const namespaced = inside.writable.filter((path) => isNamespaced(path, own));
  const global = isVm ? [] : inside.writable.filter((path) => !isNamespaced(path, own));
  put('isolation.global-writable', global.length, '');
  put('isolation.namespaced-writable', isVm ? undefined : namespaced.length, OWN_KERNEL);
  const waysOut = openWays(reading);
  put('isolation.ways-out', isVm ? 0 : waysOut.length, '');
  const views = hostViews(reading, own);
  put('isolation.host-visible', isVm ? 0 : views.length, '');
  put('isolation.own-namespaces', isVm ? undefined : own.size, OWN_KERNEL);
  put(
    'isolation.capabilities',
    boundary.rights?.bounding?.length,
    'the kernel does not say what the boundary’s process may have',
  );
  const opened = inside.devices.filter((device) => device.opened === 0);
  put('isolation.devices-opened', opened.length, '');
  const rights = parseProcessRights(inside.status);
  const facts: Omit<IsolationDetails, 'calls' | 'monitorCalls' | 'loginServiceCalls'> = {
    kernel: isVm ? 'own' : 'shared',
    ...(!isVm && { ownNamespaces: [...own], isRootOutside: isRootOutside(inside.uidMap) }),
    ...(rights.bounding !== undefined && { capabilities: rights.bounding }),
    ...(rights.noNewPrivileges !== undefined && { noNewPrivileges: rights.noNewPrivileges }),
    lsm: inside.lsm,
    processes: inside.processes,
    mounts: inside.mounts,
    views: isVm ? [] : views,
    waysOut: isVm ? [] : waysOut,
    globalSysctl: answer(inside.writeBack),
    userNamespace: inside.userNamespace === 'killed' ? 'killed' : answer(inside.userNamespace),
    devices: opened.map(({ path }) => path).slice(0, MOST_LISTED),
  };
  Object.assign(details, facts, {
    uidMap: inside.uidMap,
    probes: Object.fromEntries([...inside.probes].map(([name, opened]) => [name, answer(opened)])),
    globalWritable: global.slice(0, MOST_LISTED),
    isCut: inside.isCut,
  });
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
