import { describe, expect, it } from 'vitest';
import { mapsOwnRange, USER_NAMESPACE_BASE } from '../../../harness/runtimes/user-namespace.ts';

describe('whether the ids that a container is mapped to exist here', () => {
  it('on a host: all ids are there', () => {
    expect(mapsOwnRange('         0          0 4294967295\n')).toBe(true);
  });

  it('in a container with 65,536 ids: they are not', () => {
    expect(mapsOwnRange('         0     100000      65536\n')).toBe(false);
  });

  it('in a container whose second range holds them all', () => {
    expect(mapsOwnRange(`0 100000 65536\n${USER_NAMESPACE_BASE} ${USER_NAMESPACE_BASE} 65536\n`)).toBe(true);
  });

  it('in one whose range ends one id too early', () => {
    expect(mapsOwnRange(`0 0 ${USER_NAMESPACE_BASE + 65_535}\n`)).toBe(false);
  });

  it('an empty map has none', () => {
    expect(mapsOwnRange('')).toBe(false);
  });
});
