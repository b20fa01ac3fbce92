import { roundUp } from '../../core/units.ts';

/** A part of a file, bytes from its beginning. */
export interface Extent {
  offset: number;
  bytes: number;
}

/** How a kernel's payload or a part of an initrd is compressed. */
export type Compression = 'gzip' | 'xz' | 'zstd' | 'lz4';

const MAGICS: Record<Compression, readonly number[]> = {
  gzip: [0x1f, 0x8b],
  xz: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00],
  zstd: [0x28, 0xb5, 0x2f, 0xfd],
  // The legacy frame, which is the kernel's (lz4_decompress.c).
  lz4: [0x02, 0x21, 0x4c, 0x18],
};

/** Told by its first bytes; `undefined` for what is none of them (bzip2, LZMA, LZO). */
export function compressionOf(data: Buffer): Compression | undefined {
  return (Object.keys(MAGICS) as Compression[]).find((name) =>
    data.subarray(0, MAGICS[name].length).equals(Buffer.from(MAGICS[name])),
  );
}

/** The compressed kernel inside a bzImage. */
export interface KernelPayload extends Extent {
  compression: Compression | undefined;
  /** What it unpacks to, as its last four bytes say. */
  unpackedBytes: number;
}

const SECTOR_BYTES = 512;
const SIZE_BYTES = 4;

/**
 * From the header of a bzImage, offsets of Documentation/arch/x86/boot.rst: setup_sects 0x1f1, magic 0x202, version
 * 0x206, payload_offset 0x248 (since 2.08, from the end of the setup sectors), payload_length 0x24c. The payload ends
 * with its unpacked size: gzip's own ISIZE, or four bytes added by the kernel's build, which are left out of the extent
 * here. `undefined` for what is no such kernel.
 */
export function kernelPayload(image: Buffer): KernelPayload | undefined {
  if (image.length < 0x250 || image.toString('latin1', 0x202, 0x206) !== 'HdrS') return undefined;
  if (image.readUInt16LE(0x206) < 0x208) return undefined;
  // 0 stands for 4, as of old.
  const setupSectors = image.readUInt8(0x1f1) || 4;
  const offset = (setupSectors + 1) * SECTOR_BYTES + image.readUInt32LE(0x248);
  const length = image.readUInt32LE(0x24c);
  if (length <= SIZE_BYTES || offset + length > image.length) return undefined;
  const compression = compressionOf(image.subarray(offset, offset + length));
  return {
    offset,
    bytes: compression === 'gzip' ? length : length - SIZE_BYTES,
    compression,
    unpackedBytes: image.readUInt32LE(offset + length - SIZE_BYTES),
  };
}

const PT_NOTE = 4;
const PROGRAM_HEADER_BYTES = 56;

/** Where the notes of a 64-bit little-endian ELF file lie, from its first bytes (elf(5)). Empty for what is none. */
export function noteSegments(head: Buffer): Extent[] {
  const is64BitLittleEndian = head.length >= 64 && head.readUInt32BE(0) === 0x7f454c46 && head[4] === 2;
  if (!is64BitLittleEndian || head[5] !== 1) return [];
  const start = Number(head.readBigUInt64LE(32));
  const segments: Extent[] = [];
  for (let index = 0; index < head.readUInt16LE(56); index += 1) {
    const at = start + index * PROGRAM_HEADER_BYTES;
    if (at + PROGRAM_HEADER_BYTES > head.length) break;
    if (head.readUInt32LE(at) !== PT_NOTE) continue;
    const [offset, bytes] = [head.readBigUInt64LE(at + 8), head.readBigUInt64LE(at + 32)];
    segments.push({ offset: Number(offset), bytes: Number(bytes) });
  }
  return segments;
}

/**
 * A kernel's entries for who loads it as an ELF file, by the types of their notes (xen/include/public/elfnote.h): `pvh`
 * for VMMs, `pv` for Xen alone.
 */
const ENTRY_NOTES = { pv: 1, pvh: 18 } as const;
export type KernelEntry = keyof typeof ENTRY_NOTES;

/** `notes`: a note segment's content. */
export function hasEntry(notes: Buffer, entry: KernelEntry): boolean {
  for (let at = 0; at + 12 <= notes.length;) {
    const [nameBytes, bytes] = [notes.readUInt32LE(at), notes.readUInt32LE(at + 4)];
    const name = notes.toString('latin1', at + 12, at + 12 + nameBytes);
    if (name === 'Xen\0' && notes.readUInt32LE(at + 8) === ENTRY_NOTES[entry]) return true;
    at += 12 + roundUp(nameBytes, 4) + roundUp(bytes, 4);
  }
  return false;
}

const CPIO_HEADER_BYTES = 110;
const CPIO_MAGIC = /^07070[12]$/;

/** Whether this is a cpio archive as the kernel takes it: the "newc" format. */
export function isCpio(data: Buffer): boolean {
  return CPIO_MAGIC.test(data.toString('latin1', 0, 6));
}

/**
 * Where the compressed part of an initrd begins: behind the plain cpio archives, if any, and zeros
 * (early-userspace/buffer-format.rst). Its end is the initrd's: that is how mkinitramfs, dracut and mkinitcpio write
 * it. The initrd's own length where all of it is plain; `undefined` where an archive is cut short.
 */
export function compressedPart(initrd: Buffer): number | undefined {
  let at = 0;
  while (at < initrd.length) {
    if (initrd[at] === 0) at += 1;
    else if (isCpio(initrd.subarray(at))) {
      const end = endOfArchive(initrd, at);
      if (end === undefined) return undefined;
      at = end;
    } else return at;
  }
  return at;
}

/**
 * An archive is a list of: header, name, padding to four bytes, content, padding. The last one's name is TRAILER!!!.
 */
function endOfArchive(initrd: Buffer, start: number): number | undefined {
  for (let at = start; isCpio(initrd.subarray(at)) && at + CPIO_HEADER_BYTES <= initrd.length;) {
    const [fileBytes, nameBytes] = [54, 94].map((offset) => hexField(initrd, at + offset));
    if (fileBytes === undefined || nameBytes === undefined) return undefined;
    const name = initrd.toString('latin1', at + CPIO_HEADER_BYTES, at + CPIO_HEADER_BYTES + nameBytes);
    // Padding counts from the beginning of the initrd, where each archive begins at a multiple of four.
    at = roundUp(roundUp(at + CPIO_HEADER_BYTES + nameBytes, 4) + fileBytes, 4);
    // The last one's padding may be left out.
    if (name === 'TRAILER!!!\0') return at < initrd.length + 4 ? Math.min(at, initrd.length) : undefined;
  }
  return undefined;
}

/** Eight hexadecimal digits; nothing else, or a sign would lead backwards for ever. */
function hexField(data: Buffer, at: number): number | undefined {
  const digits = data.toString('latin1', at, at + 8);
  return /^[0-9A-Fa-f]{8}$/.test(digits) ? Number.parseInt(digits, 16) : undefined;
}
