import { syscallNumbers } from '../facts/syscalls-x86-64.ts';

/**
 * System calls that can be made with arguments that change nothing, whoever makes them: descriptors that do not exist,
 * addresses that cannot be read, flags that nobody knows. Each by name, with its arguments.
 */
const HARMLESS = `
read -1,0,0; write -1,0,0; close -1; stat 0,0; fstat -1,0; ioctl -1,0,0; socket -1,0,0; connect -1,0,0; getpid;
openat -1,0,0; chroot 0; mknod 0,0,0; mknodat -1,0,0,0; mount 0,0,0,0,0; umount2 0,-1; pivot_root 0,0; move_mount -1,0,-1,0,-1;
open_tree -1,0,-1; fsopen 0,-1; fsmount -1,-1,0; fspick -1,0,-1; fsconfig -1,-1,0,0,0; mount_setattr -1,0,-1,0,0;
unshare -1; setns -1,0; clone3 0,0; ptrace 16897,-1,0,0; process_vm_readv -1,0,0,0,0,-1; process_vm_writev -1,0,0,0,0,-1;
kcmp -1,-1,-1,0,0; pidfd_open -1,-1; pidfd_getfd -1,-1,-1; pidfd_send_signal -1,0,0,-1; process_madvise -1,0,0,0,-1;
name_to_handle_at -1,0,0,0,-1; open_by_handle_at -1,0,0; fanotify_init -1,-1; fanotify_mark -1,-1,0,-1,0;
quotactl_fd -1,-1,0,0; finit_module -1,0,-1; delete_module 0,-1; kexec_file_load -1,-1,0,0,-1;
settimeofday 1,0; clock_settime -1,0; clock_adjtime -1,0; adjtimex 0; iopl 4; ioperm -1,1,0; syslog -1,0,0;
personality 4294967295; add_key 0,0,0,0,0; request_key 0,0,0,0; keyctl -1,0,0,0,0; bpf -1,0,0; perf_event_open 0,0,0,-1,-1;
userfaultfd -1; io_uring_setup 0,0; io_uring_enter -1,0,0,0,0,0; io_uring_register -1,-1,0,0; seccomp -1,-1,0;
memfd_create 0,-1; vmsplice -1,0,0,-1; move_pages -1,0,0,0,0,-1; get_mempolicy 0,0,0,0,-1; set_mempolicy -1,0,0;
mbind 0,0,-1,0,0,-1; migrate_pages -1,0,0,0; landlock_create_ruleset 0,0,-2; sethostname 0,-1; setdomainname 0,-1;
swapon 0,-1; swapoff 0; membarrier -1,-1,0; sched_setattr -1,0,-1; rseq 0,0,-1,0; uselib 0; sysfs -1,0,0; ustat -1,0;
lookup_dcookie 0,0,0; _sysctl 0; nfsservctl -1,0,0; modify_ldt 0,0,0; create_module 0,0; query_module 0,-1,0,0,0;
get_kernel_syms 0; vserver 0; getpmsg 0; putpmsg 0; afs_syscall 0; tuxcall 0; security 0
`;

/** The same as arguments of the probe that makes them: `165:0,0,0,0,0`. x86-64 alone. */
export const harmlessCalls: readonly string[] = HARMLESS.split(';').map((entry) => {
  const [name = '', args] = entry.trim().split(' ');
  const number = syscallNumbers.get(name);
  if (number === undefined) throw new Error(`no system call ${name}`);
  return args === undefined ? String(number) : `${number}:${args}`;
});
