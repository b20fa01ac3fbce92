import { describe, expect, it } from 'vitest';
import { writeFailure } from '../../../results/write-failure.ts';

function failed(code: string): Error {
  return Object.assign(new Error(`${code}: it did not work, open '/out/run.json'`), { code });
}

describe('writeFailure', () => {
  it.each([
    ['ENOSPC', 'disk-full', 4, 'no space left to write /out/run.json'],
    ['EDQUOT', 'disk-full', 4, 'no space left to write /out/run.json'],
    ['EACCES', 'out-not-writable', 2, 'not allowed to write /out/run.json'],
    ['EPERM', 'out-not-writable', 2, 'not allowed to write /out/run.json'],
    ['EROFS', 'out-not-writable', 2, '/out/run.json is on a read-only filesystem'],
    ['ENOTDIR', 'out-not-writable', 2, 'cannot write /out/run.json: a file stands where a folder is needed'],
    ['EISDIR', 'out-not-writable', 2, 'cannot write /out/run.json: a folder stands where a file is needed'],
    ['EIO', 'write-failed', 4, "cannot write /out/run.json: EIO: it did not work, open '/out/run.json'"],
  ])('%s means %s and exit code %d', (errno, code, exitCode, message) => {
    const cause = failed(errno);
    const error = writeFailure(cause, '/out/run.json');
    expect(error).toMatchObject({ code, exitCode, message, cause });
    expect(error.hint).toBeTruthy();
  });
});
