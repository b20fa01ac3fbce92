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
 * TMPDIR is called `guest-ram`. Guest RAM has a mapping of its own only then; `undefined` where no such mapping is found,
 * or where what is resident of one of these mappings cannot be read.
 */
export function parseGuestRam(smaps: string): GuestRam | undefined {
  let touchedBytes: number | undefined;
  let translationCacheBytes = 0;
  let mapping: Mapping = 'other';
  for (const line of smaps.split('\n')) {
    if (MAPPING.test(line)) mapping = classify(line);
    else if (line.startsWith('Rss:') && mapping !== 'other') {
      const bytes = smapsBytes(line);
      if (bytes === undefined) return undefined;
      if (mapping === 'guest-ram') touchedBytes = (touchedBytes ?? 0) + bytes;
      else translationCacheBytes += bytes;
    }
  }
  return touchedBytes === undefined ? undefined : { touchedBytes, translationCacheBytes };
}

/** `7f4a63fff000-7f4a83fff000 rw-s 00000000 00:01 1040   /memfd:memory-backend-memfd (deleted)` */
export const MAPPING = /^[0-9a-f]{1,16}-[0-9a-f]{1,16} /;

/** `Rss:              204800 kB` */
export function smapsBytes(line: string): number | undefined {
  const kib = /^\w+: +(\d{1,15}) kB$/.exec(line)?.[1];
  return kib === undefined ? undefined : Number(kib) * 1024;
}

/** Anonymous mappings that are writable and executable at once hold translated code. */
export const holdsTranslatedCode = (header: string): boolean => /^\S+ rwxp \S+ \S+ 0\s*$/.test(header);

type Mapping = 'guest-ram' | 'translation-cache' | 'other';

function classify(header: string): Mapping {
  if (header.includes('/memfd:memory-backend-memfd') || isUmlRam(header)) return 'guest-ram';
  return holdsTranslatedCode(header) ? 'translation-cache' : 'other';
}

/** Where UML's kernel is linked: it maps its RAM from there on, each page at its own place. */
const UML_PHYSICAL_BASE = 0x60000000n;

/** `78082000-78800000 rw-s 18082000 00:27 3   /…/guest-ram/#3 (deleted)`; its vmalloc area maps some pages once more. */
function isUmlRam(header: string): boolean {
  const mapped = /^([0-9a-f]{1,16})-\S+ \S+ ([0-9a-f]{1,16}) .*\/guest-ram\/[^\s/]+ \(deleted\)$/.exec(
    header,
  );
  return mapped !== null && BigInt(`0x${mapped[1]}`) - BigInt(`0x${mapped[2]}`) === UML_PHYSICAL_BASE;
}
