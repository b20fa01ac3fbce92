/**
 * What a process may do beyond a user's rights, as /proc/PID/status has it (proc(5)); absent what the kernel does not
 * say.
 */
export interface ProcessRights {
  /** Its effective user on the host. */
  user?: number;
  /** Names of capabilities(7) without CAP_, of the effective set: what it can do now. */
  effective?: string[];
  /** The same of the bounding set: what it and its children can ever have. */
  bounding?: string[];
  /** The same of the ambient set: what programs that it starts keep without file capabilities. */
  ambient?: string[];
  /** A filter of system calls stands between it and the kernel. */
  seccomp?: boolean;
  noNewPrivileges?: boolean;
  /** Its pid in each pid namespace, the reader's first. */
  pids?: number[];
}

export function parseProcessRights(status: string): ProcessRights {
  /** A line that has not the form is as absent: nothing is taken for none. */
  const field = (name: string, form: RegExp): string | undefined =>
    new RegExp(`^${name}:[ \\t]*(.*)$`, 'm').exec(status)?.[1]?.match(form)?.[1];
  const user = field('Uid', /^\d+\t(\d+)\t/);
  const effective = field('CapEff', /^([\da-f]+)$/);
  const bounding = field('CapBnd', /^([\da-f]+)$/);
  const ambient = field('CapAmb', /^([\da-f]+)$/);
  const seccomp = field('Seccomp', /^([012])$/);
  const noNewPrivileges = field('NoNewPrivs', /^([01])$/);
  const pids = field('NSpid', /^(\d+(?:\s+\d+)*)$/);
  return {
    ...(user !== undefined && { user: Number(user) }),
    ...(effective !== undefined && { effective: capabilityNames(effective) }),
    ...(bounding !== undefined && { bounding: capabilityNames(bounding) }),
    ...(ambient !== undefined && { ambient: capabilityNames(ambient) }),
    // 0: none; 1: strict; 2: a filter.
    ...(seccomp !== undefined && { seccomp: seccomp !== '0' }),
    ...(noNewPrivileges !== undefined && { noNewPrivileges: noNewPrivileges === '1' }),
    ...(pids !== undefined && { pids: pids.split(/\s+/).map(Number) }),
  };
}

/** linux/capability.h, by number. */
const CAPABILITIES =
  'CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE NET_BIND_SERVICE ' +
  'NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN ' +
  'SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE ' +
  'MAC_ADMIN SYSLOG WAKE_ALARM BLOCK_SUSPEND AUDIT_READ PERFMON BPF CHECKPOINT_RESTORE';

/** Of a set in hexadecimal; a capability that is newer than this table is named by its number. */
export function capabilityNames(hex: string): string[] {
  const names = CAPABILITIES.split(' ');
  const set = BigInt(`0x${hex}`);
  return Array.from({ length: 64 }, (_, number) => number)
    .filter((number) => (set >> BigInt(number)) & 1n)
    .map((number) => names[number] ?? String(number));
}
