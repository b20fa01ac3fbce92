import { describe, expect, it } from 'vitest';
import { isWithin, parseKernelVersion, upstreamVersion } from '../../../harness/parse/kernel-version.ts';

describe('parseKernelVersion', () => {
  it.each([
    ['6.1.77', [6, 1, 77, Infinity]],
    ['6.5-rc6', [6, 5, 0, 6]],
    ['6.1.0-49-amd64', [6, 1, 0, Infinity]],
    ['4.4', [4, 4, 0, Infinity]],
  ])('%s', (text, version) => {
    expect(parseKernelVersion(text)).toEqual(version);
  });

  it.each(['', 'six', '6', '6.1.2.3'])('"%s" is none', (text) => {
    expect(parseKernelVersion(text)).toBeUndefined();
  });
});

it('upstreamVersion: Debian’s build text says more than its release', () => {
  const build = '#1 SMP PREEMPT_DYNAMIC Debian 6.1.187-1 (2026-10-01)';
  expect(upstreamVersion('6.1.0-49-amd64', build)).toEqual([6, 1, 187, Infinity]);
  expect(upstreamVersion('6.18.44', '#1 SMP')).toEqual([6, 18, 44, Infinity]);
});

describe('isWithin', () => {
  const within = (version: string, first: string, last: string): boolean | undefined => {
    const parsed = parseKernelVersion(version);
    return parsed && isWithin(parsed, { first, last });
  };

  it.each([
    ['6.5', '6.5', '6.6', true],
    ['6.6', '6.5', '6.6', true],
    ['6.6.1', '6.5', '6.6', false],
    ['6.5', '6.4-rc1', '6.5-rc3', false],
    ['6.5-rc3', '6.4-rc1', '6.5-rc3', true],
    ['6.10', '6.9', '6.11', true],
    ['6.2', 'x', '6.11', false],
  ])('%s in %s to %s: %s', (version, first, last, expected) => {
    expect(within(version, first, last)).toBe(expected);
  });
});
