import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { hostArchitecture } from '../../core/architecture.ts';
import { messageOf } from '../../core/error.ts';
import { emulatorVersion, requireUserEmulation } from '../../harness/host/user-emulation.ts';
import { processRunner } from '../../harness/process/runner.ts';
import { findCommand } from '../../harness/process/search-path.ts';
import { isOlder } from '../../harness/runtimes/tool-availability.ts';
import type { Ledger, RunRecord, Sample } from '../../results/record.ts';
import { samplesOf, valueOf } from '../support/samples.ts';
import { newTraces, rememberTraces } from '../support/host-state.ts';
import { twinboot } from '../support/terminal.ts';
import { newRunsFolder, onlyRecord } from './support.ts';

/** One that this host is not. */
const FOREIGN = hostArchitecture() === 'arm64' ? 'amd64' : 'arm64';
const BUILD_AND_BOOT_MS = 3_600_000;

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
  let whyNoContainer: string | undefined;
  let record: RunRecord;

  beforeEach((context) => {
    if (reason !== undefined) context.skip(reason);
    rememberTraces();
  });

  beforeAll(async () => {
    if (reason !== undefined) return;
    const version = await emulatorVersion(processRunner, requireUserEmulation(FOREIGN));
    if (version === undefined || isOlder(version, '10.0'))
      whyNoContainer = `the emulator of ${FOREIGN} programs is QEMU ${version ?? '?'}, older than 10.0`;
    const runs = newRunsFolder();
    const container = whyNoContainer === undefined ? ['--runtime', 'nspawn'] : [];
    const told = await twinboot([
      ...['run', 'startup', 'memory', 'services', '--image', `trixie-${FOREIGN}`],
      ...[...container, '--runtime', 'qemu', '--rounds', '1', '--warmup', '0'],
      ...['--timeout', '900', '--out', runs],
    ]);
    expect(told.exitCode, told.notes).toBe(0);
    ({ record } = onlyRecord(runs));
  }, BUILD_AND_BOOT_MS);

  const servicesOf = (runtime: string): Sample => {
    const sample = samplesOf(record, 'services').find((one) => one.runtime === runtime);
    if (sample === undefined) throw new Error(`no sample of ${runtime}`);
    return sample;
  };

  it('boots in a VM of its architecture, with all services', () => {
    expect(record.image.architecture).toBe(FOREIGN);
    expect(valueOf(servicesOf('qemu'), 'services.repeated')).toBeGreaterThanOrEqual(4);
    expect(valueOf(servicesOf('qemu'), 'services.failed')).toBe(0);
  });

  it('boots in a container, without the services that the emulator has no mounts for', (context) => {
    if (whyNoContainer !== undefined) context.skip(whyNoContainer);
    const { services } = servicesOf('nspawn').details as unknown as Ledger;
    const stateOf = (name: string) => services.find(({ service }) => service === name)?.state;
    expect(stateOf('dbus.service')).toBe('running');
    expect(stateOf('systemd-journald.service')).toBe('failed');
    expect(record.warnings.map(({ message }) => message).join('\n')).toContain(
      `nspawn was emulated (TCG): its programs are ${FOREIGN}, each run by QEMU`,
    );
  });

  it('leaves nothing behind, and every figure says that it is emulated', () => {
    expect(record.runtimes.map(({ emulated }) => emulated)).not.toContain(false);
    expect(newTraces()).toEqual([]);
  });

  it('is refused by a VM of this host’s architecture alone, before anything boots', async () => {
    const told = await twinboot(['run', '--image', `trixie-${FOREIGN}`, '--runtime', 'uml', '--rounds', '1']);
    expect(told.exitCode).toBe(3);
    expect(told.notes).toContain(`the image is ${FOREIGN}`);
  });
});
