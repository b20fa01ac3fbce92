import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { KIB } from '../../../core/units.ts';
import { KERNEL_MEMORY_COMMAND, parseKernelMemory } from '../../../harness/parse/kernel-memory.ts';
import { capturedLines } from '../../fixtures/guest/captured.ts';

describe('a guest kernel’s own account', () => {
  it('of a VM that was captured: the image that its log announces, and what its CPUs hold free', () => {
    // "Memory: … (16384K kernel code, 2506K rwdata, 11012K rodata, 3948K init, 5264K bss, …)": all but init, which
    // it frees. Of its rwdata /proc/iomem has 2.6 KiB more than whole KiB.
    const { imageBytes = 0, freeListBytes } = parseKernelMemory(
      capturedLines('waterfall-qemu', 'kernel-memory.txt'),
    );
    expect(imageBytes / KIB).toBeCloseTo(16_384 + 2506 + 11_012 + 5264, -1);
    const counts = capturedLines('waterfall-qemu', 'kernel-memory.txt').filter((line) =>
      line.includes('count: '),
    );
    expect(counts.length).toBeGreaterThan(1);
    expect(freeListBytes).toBe(counts.reduce((sum, line) => sum + Number(line.split(': ')[1]), 0) * 4 * KIB);
  });

  it('of User-Mode Linux, whose image is no part of its RAM: free pages alone', () => {
    expect(parseKernelMemory(['              count: 294', ''])).toEqual({
      imageBytes: undefined,
      freeListBytes: 294 * 4 * KIB,
    });
  });

  it('of a kernel that puts its numbers below each other: the same', () => {
    expect(parseKernelMemory(['              count:    66']).freeListBytes).toBe(66 * 4 * KIB);
  });

  it('that shows no addresses, shows no image', () => {
    expect(parseKernelMemory(['  00000000-00000000 : Kernel code'])).toEqual({
      imageBytes: undefined,
      freeListBytes: undefined,
    });
  });

  it.each([
    ['a range that ends before it begins', '  20000000-10000000 : Kernel code'],
    ['a number beyond all memory', '  0-fffffffffffffffff : Kernel code'],
    ['what is no part of the image', '  10000000-1fffffff : Kernel modules'],
    ['a count that is none', '              count: -5'],
  ])('takes no %s for it', (_, line) => {
    expect(parseKernelMemory([line])).toEqual({ imageBytes: undefined, freeListBytes: undefined });
  });

  it('is asked for with a command that finds such lines in this machine’s own /proc', () => {
    const said = execFileSync('sh', ['-c', KERNEL_MEMORY_COMMAND], { encoding: 'utf8' });
    expect(said).toMatch(/^ +count: +\d+$/m);
    expect(said).toMatch(/^MemTotal: +\d+ kB$/m);
    const others = said
      .split('\n')
      .filter((line) => !/^$| : Kernel |count: |^\w+(\(\w+\))?: +\d+ kB$/.test(line));
    expect(others).toEqual([]);
  });
});
