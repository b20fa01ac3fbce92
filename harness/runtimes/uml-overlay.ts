import { open, stat } from 'node:fs/promises';
import { roundUp } from '../../core/units.ts';

/** The fixed part before the name, then 4096 bytes for the name (arch/um/drivers/cow_user.c, struct cow_header_v3). */
const FIELDS_BYTES = 32;
const HEADER_BYTES = FIELDS_BYTES + 4096;
const MAGIC = 0x4f4f4f4d;
const VERSION = 3;
const SECTOR_BYTES = 512;
const ALIGNMENT = 4096;

/**
 * How large UML's copy-on-write file for a disk of this size is, and stays: the header, a bit for each sector, and
 * room for every sector, which takes none on the host until it is written.
 */
export function umlOverlayBytes(diskBytes: number): number {
  const bitmapBytes = Math.ceil(diskBytes / (8 * SECTOR_BYTES));
  return roundUp(roundUp(HEADER_BYTES, ALIGNMENT) + bitmapBytes, ALIGNMENT) + diskBytes;
}

/**
 * An empty copy-on-write file over a disk, as UML makes one itself where there is none. Made here, it needs no folder
 * that the guest could write other files to. `disk` is how UML is told of it, and at most 4095 bytes.
 */
export async function makeUmlOverlay(path: string, disk: string): Promise<{ bytes: number }> {
  const { size, mtimeMs } = await stat(disk);
  const bytes = umlOverlayBytes(size);
  const file = await open(path, 'wx', 0o600);
  try {
    await file.write(umlOverlayHeader({ disk, diskBytes: size, changedSeconds: Math.floor(mtimeMs / 1000) }));
    await file.truncate(bytes);
  } finally {
    await file.close();
  }
  return { bytes };
}

export interface BackingDisk {
  disk: string;
  diskBytes: number;
  /** When it was last changed, seconds since 1970: UML refuses a disk that has changed since. */
  changedSeconds: number;
}

/** Big-endian on every host. */
export function umlOverlayHeader({ disk, diskBytes, changedSeconds }: BackingDisk): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt32BE(MAGIC, 0);
  header.writeUInt32BE(VERSION, 4);
  header.writeUInt32BE(changedSeconds, 8);
  header.writeBigUInt64BE(BigInt(diskBytes), 12);
  header.writeUInt32BE(SECTOR_BYTES, 20);
  header.writeUInt32BE(ALIGNMENT, 24);
  header.write(disk, FIELDS_BYTES, HEADER_BYTES - FIELDS_BYTES - 1);
  return header;
}
