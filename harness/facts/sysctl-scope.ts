/** Namespaces of namespaces(7), as /proc/PID/ns names them. */
export type NamespaceName = 'net' | 'uts' | 'ipc' | 'pid' | 'user' | 'mnt' | 'cgroup' | 'time';

/**
 * Which namespace a value below /proc/sys or /sys belongs to; `undefined`: there is one for the whole kernel. By
 * prefix. Sources: namespaces(7), ipc_namespaces(7), uts_namespaces(7), user_namespaces(7), pid_namespaces(7) and
 * network_namespaces(7); Documentation/admin-guide/sysctl/ of Linux; net/core/sysctl_net_core.c, which registers global
 * values of net.core in the first network namespace alone, so that what a further one shows is its own.
 */
const PREFIXES: readonly (readonly [string, NamespaceName])[] = [
  ['/proc/sys/net/', 'net'],
  ['/proc/sys/kernel/hostname', 'uts'],
  ['/proc/sys/kernel/domainname', 'uts'],
  ['/proc/sys/kernel/msg', 'ipc'],
  ['/proc/sys/kernel/sem', 'ipc'],
  ['/proc/sys/kernel/shm', 'ipc'],
  ['/proc/sys/kernel/auto_msgmni', 'ipc'],
  ['/proc/sys/fs/mqueue/', 'ipc'],
  ['/proc/sys/kernel/ns_last_pid', 'pid'],
  ['/proc/sys/vm/memfd_noexec', 'pid'],
  ['/proc/sys/user/', 'user'],
  ['/sys/class/net/', 'net'],
  ['/sys/devices/virtual/net/', 'net'],
];

export function namespaceOf(path: string): NamespaceName | undefined {
  return PREFIXES.find(([prefix]) => path.startsWith(prefix))?.[1];
}

/** A value is the instance's own where it belongs to a namespace that the instance does not share with the host. */
export function isNamespaced(path: string, ownNamespaces: ReadonlySet<string>): boolean {
  const namespace = namespaceOf(path);
  return namespace !== undefined && ownNamespaces.has(namespace);
}
