import { isatty } from 'node:tty';
import { usageError } from '../../core/error.ts';

/**
 * What files are made with: tools and instances inherit it, and a stricter one hides files from a guest's own users.
 */
const UMASK = 0o022;

/**
 * Words of the caller's environment that change what tools print or load, or where they write. Their defaults hold for
 * twinboot and for whatever it starts.
 */
const dropped = [
  ...['LANGUAGE', 'LC_ALL', 'LC_MESSAGES', 'LC_NUMERIC', 'LC_TIME', 'LC_CTYPE', 'LC_COLLATE'],
  ...['LD_PRELOAD', 'LD_LIBRARY_PATH', 'LD_AUDIT', 'LD_BIND_NOW'],
  ...[
    'GREP_OPTIONS',
    'GREP_COLORS',
    'POSIXLY_CORRECT',
    'BLOCKSIZE',
    'BLOCK_SIZE',
    'DF_BLOCK_SIZE',
    'DU_BLOCK_SIZE',
  ],
  ...[
    'PAGER',
    'SYSTEMD_PAGER',
    'SYSTEMD_COLORS',
    'SYSTEMD_LOG_LEVEL',
    'SYSTEMD_LOG_TARGET',
    'SYSTEMD_NSPAWN_LOCK',
  ],
  ...[
    'BASH_ENV',
    'ENV',
    'CDPATH',
    'PERL5OPT',
    'PERL5LIB',
    'PYTHONPATH',
    'TAR_OPTIONS',
    'GZIP',
    'XZ_OPT',
    'ZSTD_CLEVEL',
  ],
  ...['QEMU_AUDIO_DRV', 'QEMU_MODULE_DIR', 'CONTAINERS_CONF', 'CONTAINERS_STORAGE_CONF', 'CONTAINER_HOST'],
];

/**
 * Gives the process the surroundings that every run has, whoever calls: nothing of the caller's reaches a figure.
 * Folders that the caller chooses (HOME, XDG_CACHE_HOME, TMPDIR) stay the caller's.
 */
export function setSurroundings(): void {
  process.umask(UMASK);
  for (const name of dropped) Reflect.deleteProperty(process.env, name);
  process.env.LC_ALL = 'C.UTF-8';
}

/**
 * Errors: `no-working-folder` (usage) where the folder of the caller's shell is gone: no path could be found from
 * there.
 */
export function requireWorkingFolder(): void {
  try {
    process.cwd();
  } catch (cause) {
    throw usageError('no-working-folder', 'the folder that twinboot was called in is gone', {
      hint: 'cd to one that exists',
      cause,
    });
  }
}

/**
 * Whether a hang-up is the end of this process: where one of its streams is a terminal. nohup(1) sees that none is, and
 * has the signal ignored, which Node undoes when it starts.
 */
export function endsWithTerminal(isTerminal: (descriptor: number) => boolean = isatty): boolean {
  return [0, 1, 2].some(isTerminal);
}
