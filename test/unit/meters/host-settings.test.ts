import { readFileSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import { changedSettings, readHostSettings } from '../../../harness/meters/host-settings.ts';

describe('what somebody can have set on this host', () => {
  beforeEach(({ skip }) => skip(process.platform !== 'linux', 'only Linux has /proc'));

  it('has sysctls with their values, mounts and control groups', () => {
    const settings = readHostSettings();
    expect(settings.get('/proc/sys/vm/swappiness')).toBe(
      readFileSync('/proc/sys/vm/swappiness', 'utf8').trim(),
    );
    expect([...settings.keys()].some((name) => name.startsWith('mount /proc ('))).toBe(true);
  });

  it('leaves out what counts by itself, and what is twinboot’s own', () => {
    const names = [...readHostSettings().keys()];
    expect(names.filter((name) => name.startsWith('/proc/sys/kernel/random/'))).toEqual([]);
    expect(names.filter((name) => name.startsWith('cgroup') && name.includes('/twinboot-'))).toEqual([]);
  });
});

it('changes are what is on one side alone, and what has another value', () => {
  const before = new Map([
    ['same', '1'],
    ['gone', '1'],
    ['changed', '1'],
  ]);
  const after = new Map([
    ['same', '1'],
    ['changed', '2'],
    ['appeared', ''],
  ]);
  expect(changedSettings(before, after)).toEqual(['appeared', 'changed', 'gone']);
});
