import { constants } from 'node:os';
import type { ExposureReading } from '../harness/contract/exposure-readings.ts';
import { syscallNumbers, syscallsX8664 } from '../harness/facts/syscalls-x86-64.ts';
import type { Answered } from '../harness/parse/calls-probe.ts';
import { upstreamVersion } from '../harness/parse/kernel-version.ts';
import { parseProcessRights } from '../harness/parse/process-rights.ts';
import { judgeCall, passes, type Filters, type Instruction, type Verdict } from '../harness/parse/seccomp.ts';
import type { Reach } from '../results/exposure/isolation.ts';
import type { RuntimeKind } from '../results/record.ts';
import { judgeExploits, type KernelReach } from './exploit-preconditions.ts';

/** How a process's filters judge every call of x86-64. */
export interface CallSurface {
  allowed: string[];
  depending: string[];
  /** Name and what it is answered. */
  refused: { call: string; answer: string }[];
  verdicts: ReadonlyMap<number, Verdict>;
}

export function callSurface(filters: readonly (readonly Instruction[])[]): CallSurface {
  const surface: CallSurface = { allowed: [], depending: [], refused: [], verdicts: new Map() };
  const verdicts = new Map<number, Verdict>();
  for (const [number, call] of syscallsX8664) {
    const verdict = judgeCall(filters, number);
    verdicts.set(number, verdict);
    const passed = passes(verdict);
    if (passed === 'all') surface.allowed.push(call);
    else if (passed === 'none') surface.refused.push({ call, answer: answerOf(verdict) });
    else surface.depending.push(call);
  }
  return { ...surface, verdicts };
}

/** `EPERM`; the number where it has no name. */
export function errnoName(errno: number): string {
  return Object.entries(constants.errno).find(([, number]) => number === errno)?.[0] ?? `errno ${errno}`;
}

function answerOf(verdict: Verdict): string {
  if (verdict.kind === 'errno') return errnoName(verdict.errno);
  return verdict.kind === 'depends'
    ? [...new Set(verdict.on.map((action) => answerOf(action)))].join(' or ')
    : verdict.kind;
}

/** A call that was made inside and that answered otherwise than the filter lets expect. */
export interface Difference {
  call: string;
  expected: string;
  answered: string;
}

/** Of an allowed call the kernel's own answer tells nothing, but that nothing killed its caller. */
export function differencesOf({ verdicts }: CallSurface, calls: ReadonlyMap<number, Answered>): Difference[] {
  return [...calls].flatMap(([number, answer]): Difference[] => {
    const verdict = verdicts.get(number);
    if (verdict === undefined || agrees(verdict, answer)) return [];
    return [
      {
        call: syscallsX8664.get(number) ?? String(number),
        expected: answerOf(verdict),
        answered: answer === 'killed' ? answer : errnoName(answer),
      },
    ];
  });
}

function agrees(verdict: Verdict, answer: Answered): boolean {
  switch (verdict.kind) {
    case 'depends':
      return verdict.on.some((action) => agrees(action, answer));
    case 'errno':
      return answer === verdict.errno;
    case 'kill-process':
    case 'kill-thread':
    case 'trap':
      return answer === 'killed';
    case 'allow':
    case 'log':
      return answer !== 'killed';
    default:
      return true;
  }
}

/** What processes inside can use against the kernel that serves their calls. */
export function insideReach(reading: ExposureReading, kind: RuntimeKind): KernelReach {
  const { inside, options } = reading;
  const rights = parseProcessRights(inside.status);
  const made = inside.userNamespace;
  return {
    bounding: rights.bounding,
    makesUserNamespace: made === undefined || made === 'absent' ? undefined : made === 0,
    usesIoUring: usesIoUring(reading, insideFilters(reading, kind)),
    options,
    version: upstreamVersion(inside.release, inside.build),
  };
}

/** io_uring can be switched off as well (kernel.io_uring_disabled), which the call that was made inside tells. */
function usesIoUring({ calls }: ExposureReading, filters: Filters): boolean | undefined {
  const number = syscallNumbers.get('io_uring_setup') ?? -1;
  const answer = calls.get(number);
  if (answer === 'killed' || answer === EPERM || answer === ENOSYS) return false;
  if (answer !== undefined) return true;
  return 'filters' in filters ? passes(judgeCall(filters.filters, number)) !== 'none' : undefined;
}

const { EPERM, ENOSYS } = constants.errno;

/**
 * The filters between processes inside and the kernel that serves their calls. A VM's own process 1 is not to be seen
 * from the host: without a filter, as its status says, there is none to read.
 */
export function insideFilters({ inside, boundary }: ExposureReading, kind: RuntimeKind): Filters {
  if (kind === 'container') return boundary.filters;
  const { seccomp } = parseProcessRights(inside.status);
  if (seccomp === false) return { filters: [] };
  return { unread: 'process 1 of the VM has a filter, which the host cannot read' };
}

/** What the process at the boundary can use against the host's kernel: a container's process 1, or the VM monitor. */
export function boundaryReach(reading: ExposureReading, kind: RuntimeKind): KernelReach {
  if (kind === 'container') return insideReach(reading, kind);
  const { boundary, host } = reading;
  const { filters } = boundary;
  return {
    bounding: boundary.rights?.bounding,
    makesUserNamespace: makesUserNamespace(filters, host.givesUserNamespaces),
    usesIoUring:
      'filters' in filters
        ? passes(judgeCall(filters.filters, syscallNumbers.get('io_uring_setup') ?? -1)) !== 'none'
        : undefined,
    options: host.options,
    version: upstreamVersion(host.release, host.build),
  };
}

/** What its filter lets through and the host gives to ordinary users. */
function makesUserNamespace(filters: Filters, isGiven: boolean | undefined): boolean | undefined {
  if ('filters' in filters && barsUserNamespaces(filters.filters)) return false;
  return isGiven === false || 'filters' in filters ? isGiven : undefined;
}

/** All three calls that make a user namespace; clone3(2) hides its flags from a filter. */
function barsUserNamespaces(filters: readonly (readonly Instruction[])[]): boolean {
  const asked: [string, number | undefined][] = [
    ['unshare', CLONE_NEWUSER],
    ['clone', CLONE_NEWUSER],
    ['clone3', undefined],
  ];
  return asked.every(([call, first]) => {
    const given = first === undefined ? {} : { first };
    return passes(judgeCall(filters, syscallNumbers.get(call) ?? -1, given)) === 'none';
  });
}

const CLONE_NEWUSER = 0x10000000;

/** How many exploits' preconditions hold; of how many it is not known; and of the former, whose version is affected. */
export function countExploits(reach: KernelReach): Reach['exploits'] {
  const judged = judgeExploits(reach);
  const holding = judged.filter(({ holds }) => holds === true);
  const affected = holding.filter(({ isAffectedVersion }) => isAffectedVersion);
  return {
    of: judged.length,
    holding: holding.map(({ exploit }) => exploit.cve),
    open: judged.filter(({ holds }) => holds === undefined).length,
    ...(reach.version !== undefined && { affected: affected.map(({ exploit }) => exploit.cve) }),
  };
}
