import { readFileSync } from 'node:fs';

/** What the host's kernel says of the rights of a running process (proc(5), /proc/PID/status). */
export interface ProcessIsolation {
  /** Effective user on the host. */
  uid: number;
  /** Capabilities that it has now, by bit (capabilities(7)). */
  effectiveCapabilities: bigint;
  /** Capabilities that it can ever get, by bit. */
  boundingCapabilities: bigint;
  /** 0: none, 1: strict, 2: a filter. `undefined` where the kernel has no seccomp. */
  seccompMode: number | undefined;
  /** true: no program that it starts can have more rights. */
  noNewPrivileges: boolean;
}

/** Errors: ENOENT where the process has ended. */
export function readIsolation(pid: number): ProcessIsolation {
  return parseIsolation(readFileSync(`/proc/${pid}/status`, 'utf8'));
}

/** Errors: a plain Error that names the line that is missing or malformed. */
export function parseIsolation(status: string): ProcessIsolation {
  return {
    uid: Number(fieldOf(status, 'Uid', /^\d+\t(\d+)\t/)),
    effectiveCapabilities: BigInt(`0x${fieldOf(status, 'CapEff', /^([0-9a-f]+)$/)}`),
    boundingCapabilities: BigInt(`0x${fieldOf(status, 'CapBnd', /^([0-9a-f]+)$/)}`),
    seccompMode: hasField(status, 'Seccomp') ? Number(fieldOf(status, 'Seccomp', /^(\d)$/)) : undefined,
    noNewPrivileges: fieldOf(status, 'NoNewPrivs', /^([01])$/) === '1',
  };
}

const hasField = (status: string, name: string): boolean => status.includes(`\n${name}:`);

function fieldOf(status: string, name: string, form: RegExp): string {
  const value = new RegExp(`^${name}:\\t(.*)$`, 'm').exec(status)?.[1];
  const found = form.exec(value ?? '')?.[1];
  if (found === undefined)
    throw new Error(`/proc/PID/status has no ${name} that can be read: ${value ?? 'no line'}`);
  return found;
}
