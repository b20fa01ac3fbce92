import { describe, expect, it } from 'vitest';
import { environmentDifferences, environmentOf } from '../../../results/environment.ts';
import { buildSide } from '../../fixtures/records/sides.ts';

describe('the environment of a record', () => {
  const [record] = buildSide('any').records;

  it('is the facts of the host, the limits and modes of the run, and each runtime', () => {
    expect(environmentOf(record)).toMatchInlineSnapshot(`
      {
        "arch": "x86_64",
        "boot mode": "settled",
        "cache mode": "warm",
        "cpu": "Intel Xeon Platinum 8375C",
        "cpu limit": "2",
        "cpus": "2",
        "kernel": "6.1.155",
        "memory limit": "512 MiB",
        "nspawn network": "none",
        "nspawn userns": "false",
        "nspawn version": "257.9",
        "qemu accelerator": "tcg",
        "qemu cpus": "2",
        "qemu machine": "q35",
        "qemu memory": "512M",
        "qemu version": "10.0.3",
        "record schema": "twinboot.run/1",
      }
    `);
  });

  it('does not name the image, except for its boot mode: images are what gets compared', () => {
    const [other] = buildSide('any', {}, ({ image }) => {
      image.digest = 'f'.repeat(64);
      image.kernel = '6.13.1';
    }).records;
    expect(environmentDifferences(record, other)).toEqual([]);
    other.image.boot = 'first';
    expect(environmentDifferences(record, other)).toEqual([
      { key: 'boot mode', base: 'settled', next: 'first' },
    ]);
  });

  it('does not differ by a runtime that only one record has', () => {
    const [other] = buildSide('any', { runtimes: ['nspawn'] }).records;
    expect(environmentDifferences(record, other)).toEqual([]);
  });

  it('differs by an option of a runtime, and by one that only one record knows', () => {
    const [other] = buildSide('any', {}, ({ runtimes }) => {
      Object.assign(runtimes[1]?.options ?? {}, { memory: '1G', firmware: 'uefi' });
    }).records;
    expect(environmentDifferences(record, other)).toEqual([
      { key: 'qemu memory', base: '512M', next: '1G' },
      { key: 'qemu firmware', base: 'not recorded', next: 'uefi' },
    ]);
  });
});
