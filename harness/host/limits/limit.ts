import type { RuntimeKind } from '../../../results/record.ts';
import { parseCount } from '../../parse/count.ts';
import type { InotifyUse } from './inotify-use.ts';

/** How much of a limit is there, and how much is in use by everybody on the host together. */
export interface LimitReading {
  limit: number;
  /** `undefined` where the kernel does not say. */
  used?: number;
}

/**
 * What an instance takes from the host depends on what it is: `mapped-container` has a user namespace, so that its
 * root is another account of the host.
 */
export const needKinds = ['container', 'mapped-container', 'vm'] as const;
export type NeedKind = (typeof needKinds)[number];

export function needKind(kind: RuntimeKind, isolation: { userNamespace: boolean }): NeedKind {
  if (kind === 'vm') return 'vm';
  return isolation.userNamespace ? 'mapped-container' : 'container';
}

/** The system call's answer where a limit is used up (errno(3)). */
export type Errno = 'EAGAIN' | 'EDQUOT' | 'EMFILE' | 'ENFILE' | 'ENOSPC';

/** How a limit is set: a sysctl with the most that the kernel takes, or twinboot's own RLIMIT_NOFILE (getrlimit(2)). */
export type LimitKnob = { kind: 'sysctl'; name: string; most: number } | { kind: 'own-open-files' };

/** One limit of the host that many instances can run into before memory does. */
export interface HostLimit {
  /** Stable, kebab-case. */
  id: string;
  title: string;
  /** What is counted, in the plural: `inotify instances`. */
  noun: string;
  /** Where it is set, for people: the name of the sysctl, or the file. */
  where: string;
  /** Absent where it is not twinboot's to raise. */
  knob?: LimitKnob;
  /** true: the kernel's own number, which nobody can raise. */
  isFixed?: true;
  /** What one idle instance of a Debian image takes; replaced by what the first instances of a run really take. */
  needs: Readonly<Record<NeedKind, number>>;
  /** What fails with when it is used up. */
  errnos: readonly Errno[];
  /** What an instance does without where it is used up; absent where the instance fails. */
  tolerated?: string;
  /** `undefined` where this host sets no such limit. */
  read(files: LimitFiles): LimitReading | undefined;
}

/** What limits are read from, so that a test can give a captured host instead. */
export interface LimitFiles {
  /** `undefined` where it is not there or may not be read. */
  text(path: string): string | undefined;
  /** How many entries the folder has; `undefined` as for `text`. */
  entries(path: string): number | undefined;
  /** Counted once, however often it is asked for. */
  inotify(): InotifyUse;
}

/** A sysctl that is there to be raised, up to `most`. */
export function sysctlKnob(name: string, most = MAX_INT): { where: string; knob: LimitKnob } {
  return { where: name, knob: { kind: 'sysctl', name, most } };
}

const MAX_INT = 0x7fff_ffff;

/** The file of a sysctl (proc_sys(5)): none of those named here has a dot within one of its parts. */
export function sysctlFile(name: string): string {
  return `/proc/sys/${name.replaceAll('.', '/')}`;
}

/** The number a sysctl holds; `undefined` where it is not there, or holds none. */
export function readSysctl(files: LimitFiles, name: string): number | undefined {
  return parseCount(files.text(sysctlFile(name)));
}

/** A reading, or `undefined` where there is no limit. */
export function reading(limit: number | undefined, used: number | undefined): LimitReading | undefined {
  if (limit === undefined) return undefined;
  return used === undefined ? { limit } : { limit, used };
}
