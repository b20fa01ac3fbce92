import type { RuntimeKind } from '../../results/record.ts';
import type { HostContext } from '../host/context.ts';
import { nsToMs, type Clock } from '../../core/clock.ts';
import { readContextSwitches, switchesBetween } from '../meters/context-switches.ts';
import { readKsm } from '../meters/ksm.ts';
import { gatherers, readAvailableBytes } from '../observe/observe.ts';
import type { HostProcess } from '../contract/artifacts.ts';
import { eachAtOnce } from '../../core/at-once.ts';
import type { Fleet, Member } from './fleet.ts';
import type { MemberReading, SeenInside, StepReading } from '../contract/fleet-readings.ts';
import { settleFleet } from './settle-fleet.ts';
import { whileAlive } from './while-alive.ts';

/** How long the fleet is left alone while its CPU time and context switches are counted. */
export const IDLE_WINDOW_MS = 5000;
/** How many are read at a time. More would only wait for each other: files in /proc are made when they are read. */
const READ_AT_ONCE = 8;

export interface StepRequest {
  host: HostContext;
  kind: RuntimeKind;
  fleet: Fleet;
  /** The clock of the fleet's instances. */
  clock: Clock;
  /** The host's MemAvailable before the first t0. */
  availableBeforeBytes: number;
  /** t0 to `ready` of what this step has added. */
  readyMs: number[];
  /** Whether to wait for KSM. */
  withKsm: boolean;
}

/** Waits until the fleet has settled, leaves it alone for a while, and then reads all of it. */
export async function readStep(request: StepRequest): Promise<StepReading> {
  const { host, fleet, readyMs, withKsm } = request;
  const { settled, waitedMs } = await settleFleet(fleet.members(), withKsm);
  const idle = await watchIdle(fleet.members(), request.clock);
  const atMs = fleet.elapsedMs();
  const startedMs = performance.now();
  const availableBytes = await readAvailableBytes();
  const members = await readMembers(request);
  const writableBytes = await readWritable(host, fleet.members());
  return {
    atMs,
    readyMs,
    settled,
    settledAfterMs: waitedMs,
    measuredInMs: performance.now() - startedMs,
    members,
    availableBytes,
    writableBytes,
    idle,
    ksmSavedBytes: readKsm()?.savedBytes,
  };
}

async function watchIdle(members: readonly Member[], clock: Clock): Promise<StepReading['idle']> {
  const pids = members.flatMap(({ instance }) => instance.meters.pids());
  const before = await readActivity(members, pids, clock);
  await clock.sleep(IDLE_WINDOW_MS);
  const after = await readActivity(members, pids, clock);
  return {
    windowMs: nsToMs(after.atNs - before.atNs),
    cpuMs: spentBetween(before.cpuMs, after.cpuMs),
    contextSwitches: switchesBetween(before.switches, after.switches),
  };
}

interface Activity {
  atNs: bigint;
  /** Of those that live; `undefined` where this host counts no CPU time of control groups. */
  cpuMs: Map<Member, number | undefined>;
  switches: Map<string, number>;
}

async function readActivity(
  members: readonly Member[],
  pids: readonly number[],
  clock: Clock,
): Promise<Activity> {
  const cpuMs = new Map<Member, number | undefined>();
  await eachAtOnce(members, READ_AT_ONCE, async (member) => {
    const read = async () => ({ spentMs: await member.instance.meters.cpuMs() });
    const reading = await whileAlive(read());
    if (reading !== undefined) cpuMs.set(member, reading.spentMs);
  });
  return { atNs: clock.nowNs(), cpuMs, switches: readContextSwitches(pids) };
}

/** What those have spent that lived through the window. */
function spentBetween(before: Activity['cpuMs'], after: Activity['cpuMs']): number | undefined {
  let sumMs = 0;
  for (const [member, afterMs] of after) {
    const beforeMs = before.get(member);
    if (afterMs === undefined || beforeMs === undefined) return undefined;
    // Both are sums of fractions: what did nothing may seem to have spent less than nothing.
    sumMs += Math.max(0, afterMs - beforeMs);
  }
  return sumMs;
}

/** One that ends while it is read is lost to the step, and the fleet knows of it. */
async function readMembers(request: StepRequest): Promise<MemberReading[]> {
  const members = request.fleet.members();
  const readings = new Map<Member, MemberReading>();
  await eachAtOnce(members, READ_AT_ONCE, async (member) => {
    const reading = await readMember(member, request).catch(() => undefined);
    if (reading !== undefined) readings.set(member, reading);
  });
  return members.flatMap((member) => readings.get(member) ?? []);
}

async function readMember(
  { instance, ready }: Member,
  { kind, availableBeforeBytes }: StepRequest,
): Promise<MemberReading> {
  const { meters } = instance;
  const [cgroup, processes, guestRam] = await Promise.all([
    meters.memory(),
    meters.processes(),
    kind === 'vm' ? meters.guestRam() : undefined,
  ]);
  // A container's processes are the host's: asking its agent would wake every one of the fleet.
  const inside =
    kind === 'vm'
      ? await gatherers.inside({ instance, ready, availableBeforeBytes })
      : seenFromHost(processes);
  return { cgroup, processes, guestRam, inside };
}

function seenFromHost(processes: readonly HostProcess[]): SeenInside {
  return {
    meminfo: new Map(),
    processes: processes.filter(({ manager }) => !manager),
  };
}

/**
 * What the writable layers take on the disk, all of them together; `du` knows of holes and of files with several names.
 */
async function readWritable(
  { runner }: HostContext,
  members: readonly Member[],
): Promise<number | undefined> {
  const paths = members.flatMap(({ instance }) => instance.writable ?? []);
  if (paths.length === 0) return undefined;
  // Files may go while it looks.
  const { stdout } = await runner.run('du', ['--summarize', '--total', '--block-size=1', '--files0-from=-'], {
    input: paths.join('\0'),
    allowFailure: true,
  });
  const total = /^(\d{1,15})\ttotal$/m.exec(stdout)?.[1];
  return total === undefined ? undefined : Number(total);
}
