/** What a VMM's own mappings say of the guest's RAM and of the translation cache. Bytes of resident pages. */
export interface GuestRam {
  /** Guest RAM that the host had to provide: the RSS of its mapping. */
  touchedBytes: number;
  /**
   * How much of that the host has merged with equal pages and so not had to provide again: RSS less PSS of the mapping. Only
   * where KSM may merge it.
   */
  mergedBytes?: number;
  /** Translated code (TCG): the RSS of anonymous mappings that are writable and executable at once. */
  translationCacheBytes: number;
}

/**
 * From /proc/PID/smaps (proc(5)) of a QEMU started with `-object memory-backend-memfd`, or of a User-Mode Linux whose
 * TMPDIR is called `guest-ram`. Guest RAM has a mapping of its own only then; `undefined` where no such mapping is found.
 */
export function parseGuestRam(smaps: string): GuestRam | undefined {
  let touchedBytes: number | undefined;
  let translationCacheBytes = 0;
  let mapping: Mapping = 'other';
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

type Mapping = 'guest-ram' | 'translation-cache' | 'other';

function classify(header: string): Mapping {
  if (header.includes('/memfd:memory-backend-memfd') || isUmlRam(header)) return 'guest-ram';
  return /^\S+ rwxp \S+ \S+ 0\s*$/.test(header) ? 'translation-cache' : 'other';
}

/** Where UML's kernel is linked: it maps its RAM from there on, each page at its own place. */
const UML_PHYSICAL_BASE = 0x60000000n;

/** `78082000-78800000 rw-s 18082000 00:27 3   /…/guest-ram/#3 (deleted)`; its vmalloc area maps some pages once more. */
function isUmlRam(header: string): boolean {
  const mapped = /^([0-9a-f]+)-\S+ \S+ ([0-9a-f]+) .*\/guest-ram\/\S+ \(deleted\)$/.exec(header);
  return mapped !== null && BigInt(`0x${mapped[1]}`) - BigInt(`0x${mapped[2]}`) === UML_PHYSICAL_BASE;
}
