import { readdirSync } from 'node:fs';
import { basename } from 'node:path';
import { wholeLine } from '../../core/text.ts';
import { linkIfThere, readIfThere, textIfThere } from '../../core/read-if-there.ts';
import type { LedgerRow } from '../../results/record.ts';
import { unitOfGroup } from '../parse/unit-path.ts';
import { canonicalService, servicePrograms } from './service-names.ts';

/** systemd's own unit, as PID 1. */
const MANAGER_UNIT = 'init.scope';

/** A process of the host, as far as it tells what service it belongs to. */
export interface HostProcess {
  pid: number;
  /** Names it goes by: of its executable, of what it was called by, and the kernel's (cut to 15 characters). */
  names: string[];
  arguments: string[];
  /** The text of /proc/PID/cgroup. */
  cgroup: string;
  /** Of the pid namespace; `undefined` where it may not be read. Another one than twinboot's: a container's process. */
  pidNamespace: string | undefined;
}

/** Which services the host itself runs, as it was at one moment. */
export interface HostServices {
  /** How it was found out: by unit, or, where PID 1 is not systemd, by the names of programs. */
  source: 'units' | 'programs';
  /** Canonical names (`canonicalService`), sorted. */
  running: string[];
  /** `unknown`: by programs, and the unit is of none that twinboot knows. */
  stateOf(unit: string): LedgerRow['host'];
}

/** Reads /proc once. Processes that end meanwhile are passed over. No process is started, and D-Bus is not asked. */
export function readHostServices(): HostServices {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const init = readIfThere('/proc/1/comm') ?? '';
  return hostServicesOf(init, pids.flatMap(readProcess), pidNamespaceOf('self'));
}

/** `init`: PID 1's name. `pidNamespace`: twinboot's own. */
export function hostServicesOf(
  init: string,
  processes: readonly HostProcess[],
  pidNamespace: string | undefined,
): HostServices {
  const own = processes.filter((process) => isOfHost(process, pidNamespace));
  const byUnit = init === 'systemd';
  const running = new Set(own.flatMap((process) => (byUnit ? unitsOf(process) : programsOf(process))));
  // Another init is known not to be systemd's manager.
  const known = new Set([MANAGER_UNIT, ...servicePrograms.map((entry) => entry.service)]);
  return {
    source: byUnit ? 'units' : 'programs',
    running: [...running].sort(),
    stateOf: (unit) => {
      const service = canonicalService(unit);
      if (running.has(service)) return 'running';
      return byUnit || known.has(service) ? 'not-running' : 'unknown';
    },
  };
}

function isOfHost(process: HostProcess, pidNamespace: string | undefined): boolean {
  return process.pidNamespace === undefined || process.pidNamespace === pidNamespace;
}

const OWN_GROUP = wholeLine('(?:0:|\\d+:name=systemd):(/[^\\n]*)');

/** The unit of the system's manager that a process belongs to. */
export function unitsOf(process: Pick<HostProcess, 'cgroup'>): string[] {
  const path = OWN_GROUP.exec(process.cgroup)?.[1] ?? '';
  const unit = unitOfGroup(path);
  return unit === undefined ? [] : [canonicalService(unit)];
}

function programsOf(process: HostProcess): string[] {
  return servicePrograms
    .filter((entry) => entry.programs.some((program) => process.names.includes(program)))
    .filter((entry) => entry.argument === undefined || process.arguments.includes(entry.argument))
    .map((entry) => entry.service);
}

function readProcess(pid: string): HostProcess[] {
  const comm = readIfThere(`/proc/${pid}/comm`) ?? '';
  const [calledBy = '', ...rest] = (textIfThere(`/proc/${pid}/cmdline`) ?? '').split('\0');
  const names = [
    basename(linkIfThere(`/proc/${pid}/exe`) ?? '').replace(/ \(deleted\)$/, ''),
    basename(calledBy.split(' ')[0] ?? ''),
    comm,
  ];
  if (comm === '') return [];
  return [
    {
      pid: Number(pid),
      names: names.filter((name) => name !== ''),
      arguments: rest,
      cgroup: textIfThere(`/proc/${pid}/cgroup`) ?? '',
      pidNamespace: pidNamespaceOf(pid),
    },
  ];
}

function pidNamespaceOf(pid: string): string | undefined {
  return linkIfThere(`/proc/${pid}/ns/pid`);
}
