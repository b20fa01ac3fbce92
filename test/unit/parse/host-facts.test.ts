import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../../../core/package-root.ts';
import { parseChoice, parseCpuInfo, parseDistribution } from '../../../harness/parse/host-facts.ts';

const fixture = (name: string): string =>
  readFileSync(join(packageRoot(), 'test/fixtures/host', name), 'utf8');

describe('parseDistribution', () => {
  it.each([
    ['os-release-debian-12', 'Debian GNU/Linux 12 (bookworm)'],
    ['os-release-debian-13', 'Debian GNU/Linux 13 (trixie)'],
  ])('%s', (file, distribution) => {
    expect(parseDistribution(fixture(file))).toBe(distribution);
  });

  it('reads quotes as a shell does, and does without a name that is empty', () => {
    expect(parseDistribution('PRETTY_NAME="The \\"Best\\" \\$"')).toBe('The "Best" $');
    expect(parseDistribution('PRETTY_NAME=""\r\nNAME=Debian\r\n')).toBe('Debian');
  });

  it('does with less, with or without quotes', () => {
    expect(parseDistribution("ID=arch\nNAME='Arch Linux'\n")).toBe('Arch Linux');
    expect(parseDistribution('ID=alpine\n')).toBe('alpine');
    expect(parseDistribution('')).toBe('unknown');
  });
});

describe('parseCpuInfo', () => {
  it('of a virtual machine without nested virtualisation', () => {
    expect(parseCpuInfo(fixture('cpuinfo-x86-guest'))).toEqual({
      model: 'Intel(R) Xeon(R) Processor',
      hypervisor: true,
    });
  });

  it('of a physical machine, whose name is padded', () => {
    expect(parseCpuInfo(fixture('cpuinfo-x86-physical'))).toEqual({
      model: 'AMD Ryzen 9 7950X 16-Core Processor',
      hypervisor: false,
      virtualizationFlag: 'svm',
    });
  });

  it('of an ARM machine, which names no model', () => {
    expect(parseCpuInfo(fixture('cpuinfo-arm64'))).toEqual({
      model: 'ARM 0x41 part 0xd0c',
      hypervisor: false,
    });
  });
});

it('parseChoice gives the chosen word', () => {
  expect(parseChoice('always [madvise] never\n')).toBe('madvise');
  expect(parseChoice('performance\n')).toBeUndefined();
});
