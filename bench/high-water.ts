/** VmHWM of a `/proc/PID/status` in bytes (proc(5)). Throws a plain Error where there is none. */
export function parseHighWaterBytes(status: string): number {
  const match = /^VmHWM:\s+(\d{1,12}) kB$/m.exec(status);
  if (match === null) throw new Error('/proc/PID/status has no VmHWM');
  return Number(match[1]) * 1024;
}
