import { parseCount } from './count.ts';

/** A limit of /proc/PID/limits (proc_pid_limits(5)), such as `Max open files`; what is unlimited is `undefined`. */
export function parseLimit(
  limits: string,
  name: string,
): { soft: number | undefined; hard: number | undefined } {
  const line = limits.split('\n').find((text) => text.startsWith(name)) ?? '';
  const [soft, hard] = line.slice(name.length).trim().split(/\s+/).map(parseCount);
  return { soft, hard };
}
