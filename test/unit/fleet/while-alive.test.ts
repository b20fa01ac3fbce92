import { describe, expect, it } from 'vitest';
import { whileAlive } from '../../../harness/fleet/while-alive.ts';

function failure(code: string): Error {
  return Object.assign(new Error(`${code}: cpu.stat`), { code });
}

describe('a reading of an instance of a fleet', () => {
  it('is passed on', async () => {
    expect(await whileAlive(Promise.resolve(7))).toBe(7);
  });

  it.each(['ENOENT', 'ENODEV'])('%s: the instance has ended, and costs itself alone', async (code) => {
    expect(await whileAlive(Promise.reject<number>(failure(code)))).toBeUndefined();
  });

  it('fails where it fails for another reason', async () => {
    await expect(whileAlive(Promise.reject(failure('EACCES')))).rejects.toThrow('EACCES');
  });
});
