import type { LedgerRow } from './record.ts';

/**
 * Names of units that come and go with a user (`user@1000.service`), a connection (`sshd@0-10.0.0.1:22-….service`) or a
 * command (systemd-run's `run-u7.service`); and scopes, which programs make as they run, but for PID 1's own.
 */
const PASSING_UNITS = [
  /^user(-runtime-dir)?@/u,
  /@\d+(-[^-]+){2,3}\.service$/u,
  /^run-(r[0-9a-f]{32}|u\d+|p\d+-i\d+)\.service$/u,
  /^(?!init\.scope$).*\.scope$/u,
];

/** Inside the instance for twinboot's sake. */
const AGENT_UNIT = 'twinboot-agent.service';

/** Whether every instance of an image in which this unit runs has one: N instances run it N times. */
export function isOfEveryInstance(unit: string): boolean {
  return unit !== AGENT_UNIT && !PASSING_UNITS.some((pattern) => pattern.test(unit));
}

/** What the record says; of an older one, which says nothing, the same by the service's name and state. */
export function isRepeated({
  service,
  state,
  repeated,
}: Pick<LedgerRow, 'service' | 'state' | 'repeated'>): boolean {
  return repeated ?? (state === 'running' && isOfEveryInstance(service));
}

/**
 * What has to be said beside a number of duplicated services that is 0 because of the host. `undefined` where the host
 * runs one of the services, or where there is none to speak of.
 */
export function noneDuplicatedNote(hosts: ReadonlySet<LedgerRow['host']>): string | undefined {
  if (hosts.size === 0 || hosts.has('running')) return undefined;
  const none = hosts.has('unknown')
    ? 'As far as can be told, this host runs none of these services'
    : 'This host runs none of these services';
  return `${none}, so “duplicated” is 0 here; N instances repeat them N times all the same.`;
}

/** Whether the host runs them: what is said of the services that every instance repeats. */
export function hostsOfRepeated(ledgers: Iterable<readonly LedgerRow[]>): Set<LedgerRow['host']> {
  const hosts = new Set<LedgerRow['host']>();
  for (const rows of ledgers) for (const row of rows) if (isRepeated(row)) hosts.add(row.host);
  return hosts;
}
