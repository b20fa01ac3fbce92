/**
 * When are two units the same service? The ledger asks it of a unit in an instance and the host. Equated is only what
 * does the same job under another name; two programs that merely compete for a job (chrony, systemd-timesyncd) are not.
 *
 * - Every instance of a template is the service: `user@0` and `user@1000` are two user managers.
 * - A login prompt is a login prompt, whatever terminal it waits at: getty@, serial-getty@, container-getty@ and
 *   console-getty all run agetty.
 * - Names that distributions give to one program: ssh and sshd (also one process per connection, `ssh@…`), cron and
 *   crond, udev and systemd-udevd, syslog and rsyslog.
 * - dbus-daemon and dbus-broker: either is *the* system bus, `dbus.service` is an alias of both.
 */
const SAME = new Map(
  Object.entries({
    'getty@': 'getty',
    'serial-getty@': 'getty',
    'container-getty@': 'getty',
    'console-getty': 'getty',
    'dbus-broker': 'dbus',
    'dbus-daemon': 'dbus',
    sshd: 'ssh',
    'sshd@': 'ssh',
    'ssh@': 'ssh',
    crond: 'cron',
    cronie: 'cron',
    udev: 'systemd-udevd',
    udevd: 'systemd-udevd',
    eudev: 'systemd-udevd',
    syslog: 'rsyslog',
    elogind: 'systemd-logind',
  }),
);

/** `serial-getty@ttyS0.service` → `getty`; a unit that is no service (`init.scope`) keeps its name. */
export function canonicalService(unit: string): string {
  const name = unit.replace(/\.service$/, '').replace(/@.*$/, '@');
  return SAME.get(name) ?? name;
}

/** A service told by its process, for hosts whose processes are not sorted into units. */
export interface ServiceProgram {
  /** `canonicalService` of its unit. */
  service: string;
  /** Names of the executable. */
  programs: readonly string[];
  /** An argument that tells it from the program's other uses. */
  argument?: string;
}

/** What a Debian host typically runs as a service. A unit that is not in here has the answer `unknown`. */
export const servicePrograms: readonly ServiceProgram[] = [
  // systemd-udevd may be a link to udevadm: the name that it was called by counts too.
  { service: 'systemd-udevd', programs: ['systemd-udevd', 'udevd'] },
  // A desktop's session bus is no system bus.
  { service: 'dbus', programs: ['dbus-daemon'], argument: '--system' },
  { service: 'dbus', programs: ['dbus-broker-launch'], argument: 'system' },
  { service: 'user@', programs: ['systemd'], argument: '--user' },
  { service: 'getty', programs: ['agetty', 'getty', 'mingetty', 'mgetty'] },
  { service: 'cron', programs: ['cron', 'crond'] },
  { service: 'ssh', programs: ['sshd', 'sshd:'] },
  { service: 'rsyslog', programs: ['rsyslogd'] },
  { service: 'polkit', programs: ['polkitd'] },
  { service: 'NetworkManager', programs: ['NetworkManager'] },
  { service: 'wpa_supplicant', programs: ['wpa_supplicant'] },
  { service: 'avahi-daemon', programs: ['avahi-daemon', 'avahi-daemon:'] },
  { service: 'unattended-upgrades', programs: ['unattended-upgrade-shutdown'] },
  { service: 'docker', programs: ['dockerd'] },
  { service: 'chrony', programs: ['chronyd'] },
  { service: 'smartmontools', programs: ['smartd'] },
  { service: 'udisks2', programs: ['udisksd'] },
  { service: 'systemd-logind', programs: ['systemd-logind', 'elogind'] },
  ...[
    'systemd-journald',
    'systemd-networkd',
    'systemd-resolved',
    'systemd-timesyncd',
    'systemd-machined',
    'systemd-hostnamed',
    'systemd-localed',
    'systemd-timedated',
    'systemd-userdbd',
    'systemd-homed',
    'systemd-oomd',
    'atd',
    'containerd',
    'irqbalance',
    'acpid',
    'haveged',
    'ModemManager',
  ].map((name) => ({ service: name, programs: [name] })),
];
