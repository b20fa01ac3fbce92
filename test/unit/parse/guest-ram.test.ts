import { describe, expect, it } from 'vitest';
import { MIB } from '../../../core/units.ts';
import { parseAnonymousRam, parseGuestRam } from '../../../harness/parse/guest-ram.ts';
import { captured } from '../../fixtures/guest/captured.ts';

const MEMFD =
  '7f2e4ffff000-7f2e6ffff000 rw-s 00000000 00:01 5975       /memfd:memory-backend-memfd (deleted)';

function smaps(...mappings: [header: string, rssKib: string][]): string {
  return mappings.map(([header, rss]) => `${header}\nSize:  99 kB\nRss:   ${rss} kB\nPss:   1 kB\n`).join('');
}

describe('the mappings of a VMM', () => {
  it('QEMU, captured: 203980 KiB of guest RAM and 262080 KiB of translated code (by awk)', () => {
    expect(parseGuestRam(captured('qemu', 'smaps'))).toEqual({
      touchedBytes: 203_980 * 1024,
      translationCacheBytes: 262_080 * 1024,
    });
  });

  it('agree with what the cgroup was charged as shared memory, the captured VM’s 199.2 MiB', () => {
    const { touchedBytes = 0 } = parseGuestRam(captured('qemu', 'smaps')) ?? {};
    expect(touchedBytes).toBe(208_875_520);
  });

  it('User-Mode Linux, captured: 82168 KiB of RAM; 68 KiB more are its vmalloc area, which maps them again', () => {
    expect(parseGuestRam(captured('uml', 'smaps'))).toEqual({
      touchedBytes: 82_168 * 1024,
      translationCacheBytes: 0,
    });
  });

  it('several memfd mappings add up', () => {
    expect(parseGuestRam(smaps([MEMFD, '10'], [MEMFD, '5']))?.touchedBytes).toBe(15 * 1024);
  });

  it.each([
    ['anonymous, writable and executable', '7f00-7f01 rwxp 00000000 00:00 0', 8192],
    ['the same with blanks behind it', '7f00-7f01 rwxp 00000000 00:00 0 ', 8192],
    ['not executable', '7f00-7f01 rw-p 00000000 00:00 0 ', 0],
    ['not writable', '7f00-7f01 r-xp 00000000 00:00 0 ', 0],
    ['of a file', '7f00-7f01 rwxp 00000000 fe:00 2170937 /usr/lib/libx.so', 0],
    ['the stack', '7f00-7f01 rwxp 00000000 00:00 0 [stack]', 0],
  ])('a mapping that is %s: %s', (_, header, bytes) => {
    expect(parseGuestRam(smaps([MEMFD, '1'], [header, '8']))?.translationCacheBytes).toBe(bytes);
  });

  it('without a memfd nothing is known of guest RAM', () => {
    expect(parseGuestRam(smaps(['7f00-7f01 rw-p 00000000 00:00 0 ', '500000']))).toBeUndefined();
    expect(parseGuestRam('')).toBeUndefined();
  });
});

describe('guest RAM in anonymous mappings', () => {
  it('KSM may merge what the kernel has marked; translated code is told apart from it', () => {
    const smaps = [
      '7f2c00000000-7f2c20000000 rw-p 00000000 00:00 0 ',
      'Size:             524288 kB',
      'Rss:              204800 kB',
      'Pss:              122880 kB',
      'VmFlags: rd wr mr mw me ac sd mg ',
      '7f2c40000000-7f2c50000000 rwxp 00000000 00:00 0 ',
      'Rss:               65536 kB',
      'VmFlags: rd wr ex mr mw me ac sd ',
    ].join('\n');
    expect(parseAnonymousRam(smaps, { flag: 'mg' })).toEqual({
      touchedBytes: 200 * MIB,
      mergedBytes: 80 * MIB,
      translationCacheBytes: 64 * MIB,
    });
  });

  it('transparent huge pages back the one marked mapping that has the size of guest RAM; translated code and ROMs are marked too', () => {
    const smaps = [
      '7f13abe00000-7f13cbe00000 rw-p 00000000 00:00 0 ',
      'Size:             524288 kB',
      'Rss:              180224 kB',
      'AnonHugePages:    180224 kB',
      'VmFlags: rd wr mr mw me dc ac hg ',
      '7f13cc000000-7f13ccfff000 rwxp 00000000 00:00 0 ',
      'Size:              16380 kB',
      'Rss:               16380 kB',
      'AnonHugePages:     14336 kB',
      'VmFlags: rd wr ex mr mw me ac hg ',
      '7f13e8600000-7f13e8640000 rw-p 00000000 00:00 0 ',
      'Size:                256 kB',
      'Rss:                 256 kB',
      'VmFlags: rd wr mr mw me dc ac hg ',
    ].join('\n');
    const mark = { flag: 'hg', bytes: 512 * MIB } as const;
    expect(parseAnonymousRam(smaps, mark)).toEqual({
      touchedBytes: 176 * MIB,
      translationCacheBytes: 16_380 * 1024,
    });
  });
});
