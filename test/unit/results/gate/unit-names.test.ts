import { describe, expect, it } from 'vitest';
import { unitMatcher, unitName, whyNoService } from '../../../../results/gate/unit-names.ts';

describe('a name in a rule', () => {
  it.each([
    ['systemd-udevd', 'systemd-udevd.service'],
    ['dbus.socket', 'dbus.socket'],
    ['systemd-journal*', 'systemd-journal*.service'],
  ])('%s is %s, as systemctl reads it', (name, unit) => {
    expect(unitName(name)).toBe(unit);
  });

  it.each([
    ['a+b.service', 'a+b.service', 'aab.service'],
    ['systemd-journal*', 'systemd-journald', 'xsystemd-journald'],
    ['getty@tty?.service', 'getty@tty1.service', 'getty@tty10.service'],
    ['getty@tty[1-3].service', 'getty@tty2.service', 'getty@tty4.service'],
    ['getty@tty[!1-3].service', 'getty@tty4.service', 'getty@tty2.service'],
    ['a[^b]*', 'acd', 'abd'],
    ['[a', '[a', 'a'],
  ])('%s means %s, and not %s', (name, meant, other) => {
    expect(unitMatcher(name)(meant)).toBe(true);
    expect(unitMatcher(name)(other)).toBe(false);
  });

  it('with many stars is looked for in no time', () => {
    const start = performance.now();
    expect(unitMatcher(`${'*a'.repeat(12)}*b`)('a'.repeat(250))).toBe(false);
    expect(performance.now() - start).toBeLessThan(1000);
  });

  it('is refused where no ledger can hold it', () => {
    expect(whyNoService('dbus.socket')).toContain('is no service');
    expect(whyNoService('getty@tty[z-a]')).toContain('is no pattern');
    for (const name of ['dbus', 'init.scope', 'systemd-journal*']) expect(whyNoService(name)).toBeUndefined();
  });
});
