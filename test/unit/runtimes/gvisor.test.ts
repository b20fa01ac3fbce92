import { describe, expect, it } from 'vitest';
import type { HostContext } from '../../../harness/host/context.ts';
import { gvisor } from '../../../harness/runtimes/gvisor.ts';

const hostThat = (run: HostContext['runner']['run']) => ({ runner: { run } }) as HostContext;

describe('gVisor', () => {
  it('is not available as Debian packages it, and says why', async () => {
    const stdout = 'runsc version 0.0~20221219.0\nspec: 1.0.2-dev\n';
    const host = hostThat(() => Promise.resolve({ stdout, stderr: '', exitCode: 0 }));
    expect(await gvisor.availability(host, {})).toMatchObject({
      ok: false,
      reason: expect.stringContaining('0.0~20221219.0') as string,
      fix: expect.stringContaining('docs/gvisor.md') as string,
    });
  });

  it('is no more available where runsc is missing: installing it would not help', async () => {
    const host = hostThat(() => Promise.reject(new Error('runsc is not installed')));
    const { ok, fix } = (await gvisor.availability(host, {})) as { ok: boolean; fix: string };
    expect({ ok, fix }).toMatchObject({ ok: false, fix: expect.not.stringContaining('install') as string });
  });
});
