import { runError } from '../core/error.ts';
import type { Agent } from '../harness/guest/agent.ts';

const QUESTION = 'systemctl show --property=UserspaceTimestampMonotonic --value';

/**
 * When the distribution's PID 1 began, on the host's CLOCK_MONOTONIC in ms, which a container shares. Errors:
 * `no-init-time` where its systemd does not say.
 */
export async function askInitTime(agent: Agent): Promise<number> {
  const { lines } = await agent.ask('exec', QUESTION);
  const usec = Number(lines[0]);
  if (!(usec > 0)) throw runError('no-init-time', `systemd does not say when it began: ${lines.join(' ')}`);
  return usec / 1000;
}
