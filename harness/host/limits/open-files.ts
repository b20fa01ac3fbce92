import { reading, sysctlKnob, type HostLimit } from './limit.ts';
import { parseCount } from '../../parse/count.ts';
import { parseLimit } from '../../parse/process-limits.ts';

/**
 * Open files of the whole host: allocated, free, most (proc_sys_fs(5), `file-nr`). Whoever has CAP_SYS_ADMIN, as root
 * of a container without a user namespace has, may go beyond.
 */
export const openFiles: HostLimit = {
  id: 'open-files',
  title: 'open files of the host',
  noun: 'open files',
  ...sysctlKnob('fs.file-max', Number.MAX_SAFE_INTEGER),
  needs: { container: 170, 'mapped-container': 170, vm: 140 },
  errnos: ['ENFILE'],
  read(files) {
    const [allocated, free, most] =
      files.text('/proc/sys/fs/file-nr')?.trim().split(/\s+/).map(parseCount) ?? [];
    return reading(most, allocated === undefined ? undefined : allocated - (free ?? 0));
  },
};

/** twinboot holds each instance's console, channel and standard streams open. */
export const ownOpenFiles: HostLimit = {
  id: 'own-open-files',
  title: 'open files of twinboot itself',
  noun: 'open files in twinboot',
  where: 'RLIMIT_NOFILE of twinboot',
  knob: { kind: 'own-open-files' },
  needs: { container: 8, 'mapped-container': 8, vm: 8 },
  errnos: ['EMFILE'],
  read: (files) =>
    reading(
      parseLimit(files.text('/proc/self/limits') ?? '', 'Max open files').soft,
      files.entries('/proc/self/fd'),
    ),
};
