import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { hostArchitecture } from '../../core/architecture.ts';
import { messageOf } from '../../core/error.ts';
import { requireUserEmulation } from '../../harness/host/user-emulation.ts';
import { findCommand } from '../../harness/process/search-path.ts';
import type { RunRecord } from '../../results/record.ts';
import { samplesOf, valueOf } from '../support/samples.ts';
import { newTraces, rememberTraces } from '../support/host-state.ts';
import { twinboot } from '../support/terminal.ts';
import { newRunsFolder, onlyRecord } from './support.ts';

/** One that this host is not. */
const FOREIGN = hostArchitecture() === 'arm64' ? 'amd64' : 'arm64';
const BUILD_MS = 900_000;

/** Why an image of it can be neither built nor booted here. */
function whyNotHere(): string | undefined {
  try {
    requireUserEmulation(FOREIGN);
  } catch (error) {
    return messageOf(error);
  }
  const missing = ['arch-test', `qemu-system-${FOREIGN === 'arm64' ? 'aarch64' : 'x86_64'}`].filter(
    (name) => findCommand(name) === undefined,
  );
  return missing.length === 0 ? undefined : `not installed: ${missing.join(', ')}`;
}

describe(`an image of ${FOREIGN}`, () => {
  const reason = whyNotHere();
  let record: RunRecord;
  let notes = '';

  beforeEach((context) => {
    if (reason !== undefined) context.skip(reason);
    rememberTraces();
  });

  beforeAll(async () => {
    if (reason !== undefined) return;
    const runs = newRunsFolder();
    const told = await twinboot([
      ...['run', 'startup', 'memory', 'services', '--image', `trixie-${FOREIGN}`],
      ...['--runtime', 'nspawn', '--runtime', 'qemu', '--rounds', '1', '--warmup', '0'],
      ...['--timeout', '600', '--out', runs],
    ]);
    expect(told.exitCode, told.notes).toBe(0);
    ({ record } = onlyRecord(runs));
    ({ notes } = told);
  }, BUILD_MS);

  it('boots in a container and in a VM, and leaves nothing behind', () => {
    expect(record.image.architecture).toBe(FOREIGN);
    expect(record.samples.map(({ outcome }) => outcome)).toEqual(Array(6).fill('ok'));
    expect(newTraces()).toEqual([]);
  });

  it('is emulated on either side, and every figure says so', () => {
    expect(record.runtimes.map(({ emulated }) => emulated)).toEqual([true, true]);
    expect(notes).toMatch(/nspawn was emulated \(TCG\): its programs are/);
  });

  it('runs the services of its distribution in both', () => {
    for (const sample of samplesOf(record, 'services'))
      expect(valueOf(sample, 'services.repeated'), sample.runtime).toBeGreaterThanOrEqual(4);
  });

  it('is refused by a VM of this host’s architecture alone, before anything boots', async () => {
    const told = await twinboot(['run', '--image', `trixie-${FOREIGN}`, '--runtime', 'uml', '--rounds', '1']);
    expect(told.exitCode).toBe(3);
    expect(told.notes).toContain(`the image is ${FOREIGN}`);
  });
});
