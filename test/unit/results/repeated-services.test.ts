import { describe, expect, it } from 'vitest';
import {
  hostsOfRepeated,
  isOfEveryInstance,
  isRepeated,
  noneDuplicatedNote,
} from '../../../results/repeated-services.ts';
import type { LedgerRow } from '../../../results/record.ts';

const running = (service: string, host: LedgerRow['host'] = 'not-running'): LedgerRow => ({
  service,
  host,
  state: 'running',
  duplicated: host === 'running',
});

describe('a unit of every instance', () => {
  it.each([
    'init.scope',
    'dbus.service',
    'systemd-udevd.service',
    'getty@tty1.service',
    'serial-getty@ttyS0.service',
  ])('%s', (unit) => {
    expect(isOfEveryInstance(unit)).toBe(true);
  });

  it.each([
    ...['user@1000.service', 'user-runtime-dir@0.service', 'session-2.scope', 'run-u7.service'],
    ...['sshd@0-10.0.0.1:22-10.0.0.2:51966.service', 'twinboot-agent.service'],
  ])('not %s', (unit) => {
    expect(isOfEveryInstance(unit)).toBe(false);
  });
});

it('takes an older row, which does not say so, by its name and state', () => {
  expect(isRepeated(running('dbus.service'))).toBe(true);
  expect(isRepeated({ ...running('dbus.service'), state: 'failed' })).toBe(false);
  expect(isRepeated({ ...running('dbus.service'), repeated: false })).toBe(false);
});

it('says why none is duplicated only where that is the host’s doing', () => {
  const note = (...rows: LedgerRow[]) => noneDuplicatedNote(hostsOfRepeated([rows]));
  expect(note(running('dbus.service'))).toMatch(/^This host runs none .* N instances repeat them N times/);
  expect(note(running('a.service', 'unknown'))).toMatch(/^As far as can be told/);
  expect(note(running('a.service'), running('dbus.service', 'running'))).toBeUndefined();
  expect(note()).toBeUndefined();
});
