/** Where the parts of a container's file system are on the host. */
export interface MountPlan {
  /** The mounted, writable root file system. */
  overlay: string;
  /** The folder that it is mounted on once more, with everything else below it. */
  root: string;
  /** Prepared: holds the empty files that devices are bound to. */
  deviceFolder: string;
  /** The terminal that becomes /dev/console. */
  console: string;
  channelFolder: string;
  /** Files and folders of /proc that may only be read. */
  readOnly: readonly string[];
}

/** The host's devices that a container sees: those that every program may expect, none that reaches hardware. */
export const devices = ['null', 'zero', 'full', 'random', 'urandom', 'tty'] as const;

/**
 * Everything that is mounted for a container, in the format of fstab(5), for namespaces.pl to mount. What systemd
 * mounts itself where it finds nothing (/dev/shm, /tmp, mqueue) is left to it. /proc, /sys and the control groups are
 * those of the namespaces that the reader of this file is in.
 */
export function namespacesFstab({
  overlay,
  root,
  deviceFolder,
  console,
  channelFolder,
  readOnly,
}: MountPlan): string {
  const bind = (source: string, target: string, options = 'bind'): Line => [
    source,
    root + target,
    'none',
    options,
  ];
  const mount = (type: string, target: string, options: string): Line => [type, root + target, type, options];
  const lines: Line[] = [
    // A mount of the new mount namespace's own: only such a one may become its root (mount_namespaces(7)).
    [overlay, root, 'none', 'bind'],
    bind(deviceFolder, '/dev'),
    ...devices.map((device) => bind(`/dev/${device}`, `/dev/${device}`)),
    bind(console, '/dev/console'),
    mount('devpts', '/dev/pts', 'nosuid,noexec,newinstance,ptmxmode=0666,mode=0620,gid=5'),
    mount('proc', '/proc', 'nosuid,nodev,noexec'),
    ...readOnly.map((path) => bind(root + path, path, 'bind,ro')),
    mount('sysfs', '/sys', 'ro,nosuid,nodev,noexec'),
    mount('cgroup2', '/sys/fs/cgroup', 'nosuid,nodev,noexec'),
    mount('tmpfs', '/run', 'nosuid,nodev,mode=0755'),
    bind(channelFolder, '/run/twinboot', 'bind,X-mount.mkdir'),
  ];
  return lines
    .map(([source, target, type, options]) => `${escape(source)} ${escape(target)} ${type} ${options}\n`)
    .join('');
}

/** Source, target, type, options. */
type Line = [string, string, string, string];

/** What ends a column or a line, and backslashes, as fstab(5) writes them. */
function escape(path: string): string {
  return path.replace(
    /[ \t\n\v\f\r\\]/g,
    (character) => `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`,
  );
}
