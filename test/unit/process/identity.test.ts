import { once } from 'node:events';
import { spawn } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { isAlive, ownIdentity } from '../../../harness/process/identity.ts';

describe('a process identity', () => {
  it('is alive while it runs', () => {
    expect(isAlive(ownIdentity())).toBe(true);
  });

  it('is not a later process with the same pid', () => {
    const own = ownIdentity();
    expect(isAlive({ ...own, startTicks: own.startTicks - 1 })).toBe(false);
  });

  it('is not a process of another boot', () => {
    expect(isAlive({ ...ownIdentity(), hostBootId: '00000000-0000-0000-0000-000000000000' })).toBe(false);
  });

  it('is dead when it has ended', async () => {
    const child = spawn('true');
    await once(child, 'exit');
    expect(isAlive({ ...ownIdentity(), pid: child.pid ?? 0 })).toBe(false);
  });
});
