import { runError } from '../../core/error.ts';
import { quote } from '../../core/text.ts';
import { mappingsIn, sizeIn, type Mapping } from './smaps.ts';

/** What a VMM's own mappings say of the guest's RAM and of the translation cache. Bytes of resident pages. */
export interface GuestRam {
  /** Guest RAM that the host had to provide: the RSS of its mapping. */
  touchedBytes: number;
  /**
   * How much of that the host has merged with equal pages and so not had to provide again: RSS less PSS of the mapping.
   * Only where KSM may merge it.
   */
  mergedBytes?: number;
  /** Translated code (TCG): the RSS of anonymous mappings that are writable and executable at once. */
  translationCacheBytes: number;
}

/**
 * From /proc/PID/smaps (proc(5)) of a QEMU started with `-object memory-backend-memfd`, or of a User-Mode Linux whose
 * TMPDIR is called `guest-ram`. Guest RAM has a mapping of its own only then; `undefined` where no such mapping is
 * found, or where what is resident of one of these mappings cannot be read.
 */
export function parseGuestRam(smaps: string): GuestRam | undefined {
  let touchedBytes: number | undefined;
  let translationCacheBytes = 0;
  for (const mapping of mappingsIn(smaps)) {
    const isRam = isSharedRam(mapping);
    if (!isRam && !holdsTranslatedCode(mapping)) continue;
    const residentBytes = sizeIn(mapping, 'Rss');
    if (residentBytes === undefined) return undefined;
    if (isRam) touchedBytes = (touchedBytes ?? 0) + residentBytes;
    else translationCacheBytes += residentBytes;
  }
  return touchedBytes === undefined ? undefined : { touchedBytes, translationCacheBytes };
}

/** What tells the mapping of guest RAM from the VMM's other anonymous ones. */
export interface RamMark {
  /** Among its VmFlags (proc(5)): `mg`, KSM may merge it; `hg`, huge pages are welcome. */
  flag: 'mg' | 'hg';
  /**
   * Its size. QEMU asks for huge pages for all that the guest sees as memory, also for its ROMs, and for translated
   * code.
   */
  bytes?: number;
}

/**
 * From /proc/PID/smaps (proc(5)) of a QEMU whose guest RAM is anonymous. Bytes of resident pages. Errors:
 * `smaps-unreadable` (run), where a size that is needed cannot be read.
 */
export function parseAnonymousRam(smaps: string, mark: RamMark): GuestRam {
  const ram: GuestRam = { touchedBytes: 0, translationCacheBytes: 0 };
  let mergedBytes = 0;
  for (const mapping of mappingsIn(smaps)) {
    const isRam = isMarkedRam(mapping, mark);
    const isCode = holdsTranslatedCode(mapping);
    if (!isRam && !isCode) continue;
    const residentBytes = neededSize(mapping, 'Rss');
    if (isCode) ram.translationCacheBytes += residentBytes;
    if (isRam) ram.touchedBytes += residentBytes;
    if (isRam && mark.flag === 'mg') mergedBytes += residentBytes - neededSize(mapping, 'Pss');
  }
  return mark.flag === 'mg' ? { ...ram, mergedBytes } : ram;
}

/** Anonymous mappings that are writable and executable at once hold translated code. */
const holdsTranslatedCode = ({ header }: Mapping): boolean => /^\S+ rwxp \S+ \S+ 0\s*$/.test(header);

function isSharedRam({ header }: Mapping): boolean {
  return header.includes('/memfd:memory-backend-memfd') || isUmlRam(header);
}

function isMarkedRam(mapping: Mapping, { flag, bytes }: RamMark): boolean {
  const flags = mapping.lines.get('VmFlags')?.split(' ') ?? [];
  return flags.includes(flag) && (bytes === undefined || neededSize(mapping, 'Size') === bytes);
}

function neededSize(mapping: Mapping, name: 'Size' | 'Rss' | 'Pss'): number {
  const bytes = sizeIn(mapping, name);
  if (bytes !== undefined) return bytes;
  const what = `the VMM’s mapping ${quote(mapping.header)} has no ${name} that can be read`;
  throw runError('smaps-unreadable', what);
}

/** Where UML's kernel is linked: it maps its RAM from there on, each page at its own place. */
const UML_PHYSICAL_BASE = 0x60000000n;

/**
 * `78082000-78800000 rw-s 18082000 00:27 3   /…/guest-ram/#3 (deleted)`; its vmalloc area maps some pages once more.
 */
function isUmlRam(header: string): boolean {
  const mapped = /^([0-9a-f]{1,16})-\S+ \S+ ([0-9a-f]{1,16}) .*\/guest-ram\/[^\s/]+ \(deleted\)$/.exec(
    header,
  );
  return mapped !== null && BigInt(`0x${mapped[1]}`) - BigInt(`0x${mapped[2]}`) === UML_PHYSICAL_BASE;
}
