/** What a VMM's own mappings say of the guest's RAM and of the translation cache. Bytes of resident pages. */
export interface GuestRam {
  /** Guest RAM that the host had to provide: the RSS of the memfd mapping. */
  touchedBytes: number;
  /** Translated code (TCG): the RSS of anonymous mappings that are writable and executable at once. */
  translationCacheBytes: number;
}

/**
 * From /proc/PID/smaps of a QEMU started with `-object memory-backend-memfd` (proc(5)). Guest RAM has a mapping of
 * its own only then; `undefined` where no such mapping is found.
 */
export function parseGuestRam(smaps: string): GuestRam | undefined {
  let touchedBytes: number | undefined;
  let translationCacheBytes = 0;
  let mapping: 'guest-ram' | 'translation-cache' | 'other' = 'other';
  for (const line of smaps.split('\n')) {
    if (HEADER.test(line)) mapping = classify(line);
    else if (line.startsWith('Rss:') && mapping !== 'other') {
      const bytes = Number(/\d+/.exec(line)?.[0] ?? 0) * 1024;
      if (mapping === 'guest-ram') touchedBytes = (touchedBytes ?? 0) + bytes;
      else translationCacheBytes += bytes;
    }
  }
  return touchedBytes === undefined ? undefined : { touchedBytes, translationCacheBytes };
}

/** `7f4a63fff000-7f4a83fff000 rw-s 00000000 00:01 1040   /memfd:memory-backend-memfd (deleted)` */
const HEADER = /^[0-9a-f]+-[0-9a-f]+ /;

function classify(header: string): 'guest-ram' | 'translation-cache' | 'other' {
  if (header.includes('/memfd:memory-backend-memfd')) return 'guest-ram';
  return /^\S+ rwxp \S+ \S+ 0\s*$/.test(header) ? 'translation-cache' : 'other';
}
