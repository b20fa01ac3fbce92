import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { errnoOf, hostError, messageOf, runError, usageError } from '../../../core/error.ts';

describe('TwinbootError', () => {
  it('gives the exit code of where the error belongs', () => {
    expect(usageError('unknown-runtime', 'x').exitCode).toBe(2);
    expect(hostError('no-root', 'x').exitCode).toBe(3);
    expect(runError('boot-timeout', 'x').exitCode).toBe(4);
  });

  it('carries code, message, hint, cause and the end of the console', () => {
    const cause = new Error('below');
    const error = runError('boot-timeout', 'no first line within 90 s', {
      hint: 'raise --timeout',
      cause,
      consoleTail: ['last words'],
    });
    expect(error).toMatchObject({
      name: 'TwinbootError',
      code: 'boot-timeout',
      message: 'no first line within 90 s',
      hint: 'raise --timeout',
      cause,
      consoleTail: ['last words'],
    });
  });

  it('has no cause of its own where none was given', () => {
    expect('cause' in usageError('unknown-runtime', 'x')).toBe(false);
  });
});

describe('messageOf', () => {
  it('takes errors and anything else that is thrown', () => {
    expect(messageOf(new Error('broke'))).toBe('broke');
    expect(messageOf('broke')).toBe('broke');
    expect(messageOf(undefined)).toBe('undefined');
  });
});

describe('errnoOf', () => {
  it('names the errno of a failed system call', () => {
    let thrown: unknown;
    try {
      readFileSync('/no/such/file');
    } catch (error) {
      thrown = error;
    }
    expect(errnoOf(thrown)).toBe('ENOENT');
  });

  it('is undefined for everything else', () => {
    expect(errnoOf(new Error('plain'))).toBeUndefined();
    expect(errnoOf('ENOENT')).toBeUndefined();
  });
});
