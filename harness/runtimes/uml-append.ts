import { usageError } from '../../core/error.ts';

/**
 * What may be added to the command line of User-Mode Linux: words of the kernel's and of systemd's that concern the
 * guest alone (kernel-parameters.rst, kernel-command-line(7)). The line is that of a program of the host, whose own
 * words name programs, files, terminals and sockets of the host (`xterm=`, `con0=`, `ubd1=`, `hostfs=`, `initrd=`): a
 * word that is not known here is refused, since other versions of UML have words of their own.
 */
const GUEST_WORDS = [
  ...['quiet', 'debug', 'loglevel', 'ignore_loglevel', 'log_buf_len', 'printk.time', 'printk.devkmsg'],
  ...[
    'ro',
    'rw',
    'rootflags',
    'rootfstype',
    'rootwait',
    'rootdelay',
    'init',
    'single',
    'emergency',
    'rescue',
  ],
  ...['panic', 'panic_on_warn', 'oops', 'audit', 'selinux', 'apparmor', 'security', 'lsm', 'psi'],
  ...['cgroup_disable', 'cgroup_enable', 'cgroup_no_v1', 'cgroup.memory', 'transparent_hugepage'],
  ...['init_on_alloc', 'init_on_free', 'slub_debug', 'initcall_debug', 'initcall_blacklist'],
  ...['module_blacklist', 'modprobe.blacklist', 'net.ifnames', 'ipv6.disable', 'hostname'],
  ...['fsck.mode', 'fsck.repair', 'random.trust_cpu'],
];

/** Families of words, each of one program in the guest. */
const GUEST_FAMILIES = ['systemd.', 'rd.systemd.', 'udev.', 'sysctl.', 'locale.', 'vconsole.', 'rcupdate.'];

/** The words of `append=`. Errors: `bad-combination` (usage), naming the word that is not the guest's. */
export function guestWords(append: string): string[] {
  const words = append.split(/\s+/).filter(Boolean);
  const refused = words.find((word) => !isGuestWord(word));
  if (refused === undefined) return words;
  throw usageError(
    'bad-combination',
    `runtime uml: append=${refused}: not a word for the guest’s kernel or for systemd that is known to be harmless`,
    {
      hint: `such as systemd.log_level=debug, loglevel=7; UML takes other words for the host’s program itself`,
    },
  );
}

function isGuestWord(word: string): boolean {
  // The kernel takes the byte 0xa0 for a blank, also within a letter of UTF-8.
  if (!/^[!-~]+$/.test(word)) return false;
  const [name = ''] = word.split('=');
  return GUEST_WORDS.includes(name) || GUEST_FAMILIES.some((family) => name.startsWith(family));
}
