import { describe, expect, it } from 'vitest';
import { hostError } from '../../../core/error.ts';
import type { HostContext } from '../../../harness/host/context.ts';
import { isOlder, toolAvailability } from '../../../harness/runtimes/tool-availability.ts';

const hostThat = (run: HostContext['runner']['run']) => ({ runner: { run } }) as HostContext;
const hostWith = (stdout: string) => hostThat(() => Promise.resolve({ stdout, stderr: '', exitCode: 0 }));
const qemu = { tool: 'qemu-system-x86_64', version: /version (\d[\w.]*)/, oldest: '5.2' };

describe('a runtime that needs one tool', () => {
  it('is available with the version that the tool names', async () => {
    const host = hostWith('QEMU emulator version 7.2.22 (Debian 1:7.2+dfsg-7+deb12u18)\n');
    expect(await toolAvailability(host, qemu)).toEqual({ ok: true, version: '7.2.22' });
  });

  it('is not where the tool is too old, and says which version it takes and where that comes from', async () => {
    const host = hostWith('QEMU emulator version 3.1.0 (Debian 1:3.1+dfsg-8+deb10u8)\n');
    expect(await toolAvailability(host, qemu)).toEqual({
      ok: false,
      reason: 'qemu-system-x86_64 3.1.0 is too old: twinboot needs 5.2 or newer',
      fix: 'apt-get install qemu-system-x86, from Debian 12 or newer',
    });
  });

  it('is available where the tool names no version that can be read', async () => {
    expect(await toolAvailability(hostWith('QEMU, built by hand\n'), qemu)).toEqual({ ok: true });
  });

  it('is not where the tool is missing, with the fix that the error names', async () => {
    const missing = hostError('missing-tool', 'podman is not installed', { hint: 'apt-get install podman' });
    const host = hostThat(() => Promise.reject(missing));
    expect(await toolAvailability(host, { tool: 'podman', version: /(\d+)/ })).toEqual({
      ok: false,
      reason: 'podman is not installed',
      fix: 'apt-get install podman',
    });
  });
});

it.each([
  ['2.9', '2.32', true],
  ['2.38.1', '2.32', false],
  ['4.0', '4.0.6', true],
  ['10.0.2', '5.2', false],
  ['241 (241-7~deb10u10)', '242', true],
  ['252 (252.39-1~deb12u2)', '249', false],
  ['5.2', '5.2', false],
])('%s is older than %s: %s', (version, than, older) => {
  expect(isOlder(version, than)).toBe(older);
});
