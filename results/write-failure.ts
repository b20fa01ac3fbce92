import { errnoOf, messageOf, runError, TwinbootError, usageError } from '../core/error.ts';

/**
 * What a failed write to `path` means: `out-not-writable` (usage), `disk-full` or `write-failed` (run). An
 * error of twinboot's own says so already and stays as it is.
 */
export function writeFailure(error: unknown, path: string): TwinbootError {
  if (error instanceof TwinbootError) return error;
  const options = (hint: string) => ({ hint, cause: error });
  switch (errnoOf(error)) {
    case 'ENOSPC':
    case 'EDQUOT':
      return runError(
        'disk-full',
        `no space left to write ${path}`,
        options('free some space, or choose another disk; what was written before is still there'),
      );
    case 'EACCES':
    case 'EPERM':
      return usageError(
        'out-not-writable',
        `not allowed to write ${path}`,
        options('choose a folder of your own'),
      );
    case 'EROFS':
      return usageError(
        'out-not-writable',
        `${path} is on a read-only filesystem`,
        options('choose a writable folder'),
      );
    case 'ENOTDIR':
    case 'EEXIST':
      return usageError(
        'out-not-writable',
        `cannot write ${path}: a file stands where a folder is needed`,
        options('choose another folder'),
      );
    case 'EISDIR':
      return usageError(
        'out-not-writable',
        `cannot write ${path}: a folder stands where a file is needed`,
        options('choose another file, or move the folder'),
      );
    default:
      return runError(
        'write-failed',
        `cannot write ${path}: ${messageOf(error)}`,
        options('what was written before is still there'),
      );
  }
}
