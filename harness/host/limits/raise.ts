import { readFileSync, writeFileSync } from 'node:fs';
import { hostError, messageOf } from '../../../core/error.ts';
import type { HostContext } from '../context.ts';
import type { Lease } from '../../process/cleanup.ts';
import type { LimitFinding } from './forecast.ts';
import { sysctlFile, type HostLimit } from './limit.ts';
import { parseLimit } from '../../parse/process-limits.ts';
import { hostLimits } from './registry.ts';

/** Above what is needed: more is open while systems boot than when they are idle. */
const HEADROOM = 1.25;

/** A limit that was raised, and how it is put back. */
export interface RaisedLimit {
  /** The limit's. */
  id: string;
  /** The sysctl or resource limit that was set. */
  where: string;
  before: number;
  raisedTo: number;
  /** Puts the old value back, unless somebody has changed it since. Does nothing for what ends with twinboot. */
  release(): Promise<void>;
}

type Raising = Pick<HostContext, 'runner' | 'cleanup'>;

/**
 * Raises the limits of these findings to a quarter more than is needed, and no others; never lowers one. What is not
 * twinboot's to raise is left out. A sysctl is registered before it is written, so that `twinboot clean` puts it back
 * after a kill. Errors: `limit-not-raised` (host); what was raised before it is put back.
 *
 * @param pathOf the file of a sysctl
 */
export async function raiseLimits(
  host: Raising,
  findings: readonly LimitFinding[],
  pathOf: (sysctl: string) => string = sysctlFile,
): Promise<RaisedLimit[]> {
  const raised: RaisedLimit[] = [];
  try {
    for (const finding of findings) {
      const done = await raiseOne(host, finding, pathOf);
      if (done !== undefined) raised.push(done);
    }
  } catch (error) {
    for (const done of raised.reverse()) await done.release();
    throw error;
  }
  return raised;
}

async function raiseOne(
  host: Raising,
  { id, need }: LimitFinding,
  pathOf: (sysctl: string) => string,
): Promise<RaisedLimit | undefined> {
  const limit = hostLimits.find((known) => known.id === id);
  const wanted = Math.ceil(need * HEADROOM);
  switch (limit?.knob?.kind) {
    case 'sysctl':
      return raiseSysctl(host, limit, pathOf(limit.knob.name), Math.min(wanted, limit.knob.most));
    case 'own-open-files':
      return raiseOwnOpenFiles(host, limit, wanted);
    case undefined:
      return undefined;
  }
}

async function raiseSysctl(
  { cleanup }: Raising,
  { id, where }: HostLimit,
  file: string,
  raisedTo: number,
): Promise<RaisedLimit | undefined> {
  let lease: Lease | undefined;
  try {
    const before = readFileSync(file, 'utf8').trim();
    if (Number(before) >= raisedTo) return undefined;
    const registered = cleanup.register({ kind: 'sysctl', file, before, raisedTo: String(raisedTo) });
    lease = registered;
    writeFileSync(file, String(raisedTo));
    return { id, where, before: Number(before), raisedTo, release: () => registered.release() };
  } catch (error) {
    await lease?.release();
    throw notRaised(where, raisedTo, error, `sysctl -w ${where}=${raisedTo} as root of the host itself`);
  }
}

/**
 * Node cannot set its own limits, prlimit(1) of util-linux can set another process's. It ends with twinboot and needs
 * no putting back; what is started from now on inherits it.
 */
async function raiseOwnOpenFiles(
  { runner }: Raising,
  { id, where }: HostLimit,
  raisedTo: number,
): Promise<RaisedLimit | undefined> {
  const { soft: before, hard } = parseLimit(readFileSync('/proc/self/limits', 'utf8'), 'Max open files');
  if (before === undefined || before >= raisedTo) return undefined;
  const withHard = hard === undefined || hard >= raisedTo ? '' : String(raisedTo);
  try {
    await runner.run('prlimit', ['--pid', String(process.pid), `--nofile=${raisedTo}:${withHard}`]);
  } catch (error) {
    throw notRaised(where, raisedTo, error, `ulimit -n ${raisedTo} before twinboot is called`);
  }
  return { id, where, before, raisedTo, release: () => Promise.resolve() };
}

function notRaised(where: string, raisedTo: number, error: unknown, hint: string): Error {
  return hostError('limit-not-raised', `${where} could not be raised to ${raisedTo}: ${messageOf(error)}`, {
    hint,
    cause: error,
  });
}
