import { createHash } from 'node:crypto';
import { packagesOf, toolsFor } from '../../harness/host/tools.ts';

/** Goes up whenever the same recipe would give another lab host. */
const BUILDER = 2;

/** What a lab host has beside twinboot's own tools. */
const systemPackages = [
  ...['systemd', 'systemd-sysv', 'udev', 'dbus', 'libpam-systemd', 'initramfs-tools'],
  // Not the cloud flavour: KVM's modules and the function tracer are in this one.
  'linux-image-amd64',
  ...['nodejs', 'openssh-server', 'iproute2', 'procps', 'kmod', 'util-linux-extra'],
  // What podman recommends and is asked for by its options; crun beside runc.
  ...['crun', 'netavark', 'uidmap', 'passt'],
  ...['smem', 'trace-cmd', 'bpftrace'],
];

/** Work of their own that would disturb what is measured, or want a network. */
const maskedUnits = [
  ...[
    'apt-daily.timer',
    'apt-daily-upgrade.timer',
    'dpkg-db-backup.timer',
    'e2scrub_all.timer',
    'fstrim.timer',
  ],
  ...['podman-auto-update.timer', 'podman-auto-update.service', 'podman-restart.service', 'podman.socket'],
  ...['lxc-net.service', 'lxc.service', 'lxc-monitord.service', 'systemd-networkd-wait-online.service'],
  // The console is a log: a getty would read its end and start anew every ten seconds.
  'serial-getty@ttyS0.service',
];

/** Where the lab finds what it is handed. */
export const places = { tree: '/twinboot', cache: '/root/.cache/twinboot' } as const;

/** The dom0 of Xen, where KVM can be had no more. */
const xenPackages = ['xen-hypervisor-4.20-amd64', 'xen-system-amd64', 'xenstore-utils', 'qemu-system-xen'];
/** They would look for guests to save, and take a minute to find none. */
const xenMaskedUnits = ['xendomains.service'];

/** What the lab is the host of. */
export type LabHost = 'kvm' | 'xen';

/** Text files of the lab host, by path. */
const files: Record<string, string> = {
  'etc/hostname': 'lab\n',
  'etc/hosts': '127.0.0.1 localhost lab\n',
  'etc/fstab': Object.entries(places)
    .map(([name, path]) => `/dev/disk/by-id/virtio-${name} ${path} ext4 noatime,nofail 0 0\n`)
    .join(''),
  'etc/systemd/network/lab.network': '[Match]\nName=en* eth*\n[Network]\nDHCP=yes\n',
  'etc/ssh/sshd_config.d/lab.conf': 'UseDNS no\nPrintMotd no\nPrintLastLog no\n',
};

/** Everything that decides what a lab host holds, apart from the state of the mirror on the day it is built. */
export interface LabRecipe {
  suite: string;
  variant: string;
  packages: string[];
  files: Record<string, string>;
  maskedUnits: string[];
  builder: number;
}

/** Debian as its users have it: systemd, cgroup v2, KVM, and everything that twinboot can use. */
export function labRecipe(host: LabHost = 'kvm'): LabRecipe {
  const isXen = host === 'xen';
  const own = [...systemPackages, ...packagesOf(toolsFor('runtimes')), ...(isXen ? xenPackages : [])];
  return {
    suite: 'trixie',
    variant: 'apt',
    packages: [...new Set(own)].sort(),
    files,
    maskedUnits: [...maskedUnits, ...(isXen ? xenMaskedUnits : [])],
    builder: BUILDER,
  };
}

/** The lab host's place in the cache: the first 16 digits of the SHA-256 of its recipe. */
export function labId(recipe: LabRecipe): string {
  return createHash('sha256').update(JSON.stringify(recipe)).digest('hex').slice(0, 16);
}
