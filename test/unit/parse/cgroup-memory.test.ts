import { describe, expect, it } from 'vitest';
import {
  parseMemoryV1,
  parseMemoryV2,
  parseStat,
  type CgroupMemory,
} from '../../../harness/parse/cgroup-memory.ts';
import { captured, type Source } from '../../fixtures/guest/captured.ts';

function capturedV1(source: Source): CgroupMemory {
  return parseMemoryV1({
    usage: captured(source, 'memory.usage_in_bytes'),
    peak: captured(source, 'memory.max_usage_in_bytes'),
    stat: captured(source, 'memory.stat'),
    kernel: captured(source, 'memory.kmem.usage_in_bytes'),
  });
}

/** The kinds together: what has to fit into the total. */
function explained({ anonBytes, fileBytes, shmemBytes, kernelBytes = 0 }: CgroupMemory): number {
  return anonBytes + fileBytes + shmemBytes + kernelBytes;
}

describe('cgroup v1, captured', () => {
  it('a container: total_rss, total_cache without total_shmem, and kmem', () => {
    expect(capturedV1('nspawn')).toEqual({
      totalBytes: 49_164_288,
      peakBytes: 51_568_640,
      anonBytes: 7_368_704,
      fileBytes: 37_117_952 - 40_960,
      shmemBytes: 40_960,
      kernelBytes: 4_313_088,
      swappedBytes: 0,
    });
  });

  it.each<[Source, number]>([
    ['nspawn', 364_544],
    ['qemu', 200_704],
  ])('%s: the kinds fall short of the total by no more than the kernel charges ahead', (source, ahead) => {
    const memory = capturedV1(source);
    expect(memory.totalBytes - explained(memory)).toBe(ahead);
    expect(memory.peakBytes).toBeGreaterThanOrEqual(memory.totalBytes);
  });

  it('a VM: its memfd is shmem', () => {
    expect(capturedV1('qemu').shmemBytes).toBe(208_875_520);
  });
});

// The v2 files were written by hand after the kernel's documentation (cgroup-v2.rst): this machine's v2 tree has no
// memory controller. Their figures are the container's above, as v2 would give them.
describe('cgroup v2', () => {
  const usage = captured('cgroup-v2', 'memory.current');

  it('Linux 6.12: memory.stat has the sum `kernel`, and `sock` beside it', () => {
    const memory = parseMemoryV2({
      usage,
      peak: captured('cgroup-v2', 'memory.peak'),
      stat: captured('cgroup-v2', 'memory.stat-6.12'),
    });
    expect(memory).toEqual({
      totalBytes: 49_401_856,
      peakBytes: 51_568_640,
      anonBytes: 7_561_216,
      fileBytes: 37_109_760 - 40_960,
      shmemBytes: 40_960,
      kernelBytes: 4_472_832 + 4096,
    });
    expect(explained(memory)).toBeLessThanOrEqual(memory.totalBytes);
  });

  it('Linux 5.10: only the parts of `kernel`, which add up to 3786784 (by awk), and no memory.peak', () => {
    const memory = parseMemoryV2({ usage, peak: undefined, stat: captured('cgroup-v2', 'memory.stat-5.10') });
    expect(memory).toMatchObject({ kernelBytes: 3_786_784, peakBytes: undefined });
  });

  it('a kernel without kmem accounting says nothing of the kernel’s memory: undefined, not 0', () => {
    const v2 = 'anon 4096\nfile 0\nshmem 0\n';
    expect(parseMemoryV2({ usage, peak: undefined, stat: v2 }).kernelBytes).toBeUndefined();
    const v1 = 'total_rss 4096\ntotal_cache 0\ntotal_shmem 0\n';
    expect(parseMemoryV1({ usage, peak: undefined, stat: v1, kernel: undefined })).toMatchObject({
      peakBytes: undefined,
      kernelBytes: undefined,
    });
  });

  it.each([
    ['memory.stat without its anonymous memory', { usage, stat: 'file 0\nshmem 0\n' }],
    ['a charge that is no number', { usage: 'max\n', stat: 'anon 4096\nfile 0\nshmem 0\n' }],
    ['an empty file', { usage: '', stat: '' }],
  ])('%s is no charge of 0: an error', (_, files) => {
    expect(() => parseMemoryV2({ ...files, peak: undefined })).toThrow(
      expect.objectContaining({ code: 'charge-unreadable' }),
    );
  });
});

describe('a charge that is not whole', () => {
  it('is no smaller charge: what the kernel has to say is missed by name', () => {
    const whole = captured('cgroup-v2', 'memory.stat-6.12');
    const usage = captured('cgroup-v2', 'memory.current');
    const without = (key: string): string => whole.replace(new RegExp(`^${key} .*\n`, 'm'), '');
    for (const key of ['anon', 'file', 'shmem'])
      expect(() => parseMemoryV2({ usage, peak: undefined, stat: without(key) })).toThrow(key);
    expect(() => parseMemoryV2({ usage: 'max', peak: undefined, stat: whole })).toThrow('memory.current');
  });

  it('holds what was swapped out, which is charged no longer', () => {
    const [usage, stat] = [
      captured('cgroup-v2', 'memory.current'),
      captured('cgroup-v2', 'memory.stat-6.12'),
    ];
    expect(parseMemoryV2({ usage, peak: undefined, stat, swap: '1048576\n' })).toMatchObject({
      totalBytes: 49_401_856 + 1_048_576,
      swappedBytes: 1_048_576,
    });
  });
});

describe('key value lines', () => {
  it('are read to the end; anything else is passed over', () => {
    const text = 'a 1\n\nb\nc -2\nd 3 4\ne  5\nf 0x6\n g 7\n__proto__ 8\nlast 9';
    expect([...parseStat(text)]).toEqual([
      ['a', 1],
      ['__proto__', 8],
      ['last', 9],
    ]);
  });
});
