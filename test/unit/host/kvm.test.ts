import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { tryOpen } from '../../../harness/host/kvm.ts';

it('a device that opens', () => {
  expect(tryOpen('/dev/null')).toEqual({ ok: true });
});

it('a device that does not open, with the reason', () => {
  const folder = mkdtempSync(join(tmpdir(), 'twinboot-test-'));
  expect(tryOpen(folder)).toMatchObject({ ok: false, reason: expect.stringContaining('EISDIR') as string });
  rmSync(folder, { recursive: true });
});
