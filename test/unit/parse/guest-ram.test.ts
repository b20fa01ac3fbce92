import { describe, expect, it } from 'vitest';
import { parseGuestRam } from '../../../harness/parse/guest-ram.ts';
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
