import { describe, expect, it } from 'vitest';
import { nearest, suggestion } from '../../../core/suggest.ts';

const runtimes = ['nspawn', 'qemu', 'lxc'];

describe('nearest', () => {
  it.each([
    ['nspwan', 'nspawn'],
    ['qmeu', 'qemu'],
    ['QEMU', 'qemu'],
    ['lx', 'lxc'],
  ])('takes %s for %s', (typed, meant) => {
    expect(nearest(typed, runtimes)).toBe(meant);
  });

  it.each(['docker', 'kvm', ''])('does not guess at %j', (typed) => {
    expect(nearest(typed, runtimes)).toBeUndefined();
  });

  it('does not take a short word for any other short word', () => {
    expect(nearest('vm', ['id', 'sd'])).toBeUndefined();
  });

  it('knows nothing among nothing', () => {
    expect(nearest('qemu', [])).toBeUndefined();
  });
});

describe('suggestion', () => {
  it('names the guess and what is known', () => {
    expect(suggestion('qmeu', runtimes)).toBe('did you mean "qemu"? Known: nspawn, qemu, lxc');
    expect(suggestion('docker', runtimes)).toBe('known: nspawn, qemu, lxc');
  });
});
