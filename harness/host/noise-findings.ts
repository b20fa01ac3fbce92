import { availableParallelism, loadavg } from 'node:os';
import type { HostDescription } from '../../results/record.ts';
import { readCgroupLayout } from '../process/cgroup.ts';
import type { CheckContext, Examiner, Finding } from './checks/check.ts';
import { governorFinding, loadFinding } from './checks/noise.ts';
import { hugePagesFinding, samePages, smt, turbo, virtualizationFinding } from './checks/tuning.ts';
import { describeHost } from './describe.ts';

/** What a host is or does that makes figures unsteady, or `ok`. */
export interface NoiseFinding extends Finding {
  title: string;
}

/** What no record holds: it is looked up, and only on the host that measured. */
const lookedUp: readonly Examiner[] = [smt, turbo, samePages];

/** How busy the host is now. To be asked before anything is booted. */
export function loadNow(): NoiseFinding {
  return { title: 'other load', ...loadFinding(loadavg()[0] ?? 0, availableParallelism()) };
}

/** What the record says about the host that measured. */
export function recordedFindings(host: HostDescription): NoiseFinding[] {
  const { facts } = host;
  return [
    { title: 'CPU governor', ...governorFinding(facts['cpu governor']) },
    { title: 'transparent huge pages', ...hugePagesFinding(facts['transparent huge pages']) },
    { title: 'virtualisation below', ...virtualizationFinding(host) },
  ];
}

/** What can only be seen on the host itself; `undefined` where this is not the host of the record, or not as it was. */
export async function currentFindings(
  { fingerprint }: HostDescription,
  context: CheckContext,
): Promise<NoiseFinding[] | undefined> {
  if ((await fingerprintHere()) !== fingerprint) return undefined;
  const findings: NoiseFinding[] = [];
  for (const examiner of lookedUp) {
    findings.push({ title: examiner.title, ...(await examiner.examine(context)) });
  }
  return findings;
}

/** Records are also read where nothing can be measured. */
async function fingerprintHere(): Promise<string | undefined> {
  try {
    return (await describeHost(readCgroupLayout())).fingerprint;
  } catch {
    return undefined;
  }
}
