import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { twinboot } from '../../../support/terminal.ts';

let state: string;
beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), 'twinboot-test-'));
  vi.stubEnv('TWINBOOT_STATE_DIR', state);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(state, { recursive: true });
});

it('lists every runtime with its kind, options and whether this host has it, and the presets', async () => {
  const { exitCode, out } = await twinboot(['runtimes']);
  expect(exitCode).toBe(0);
  expect(out).toMatch(/^[✓✗] nspawn +container: systemd-nspawn/m);
  expect(out).toMatch(/^[✓✗] qemu +vm: QEMU/m);
  expect(out).toContain('userns=[off]|on');
  expect(out).toMatch(/^ {2}all +namespaces /m);
  expect(out).not.toContain('fake');
});

it('as JSON: availability is ok, or says the reason and the fix', async () => {
  const { out } = await twinboot(['runtimes', '--json']);
  const { runtimes } = JSON.parse(out) as {
    runtimes: { id: string; availability: Record<string, unknown> }[];
  };
  for (const { id, availability } of runtimes) {
    if (availability.ok === true) continue;
    expect(availability, id).toMatchObject({
      reason: expect.any(String) as string,
      fix: expect.any(String) as string,
    });
  }
});
