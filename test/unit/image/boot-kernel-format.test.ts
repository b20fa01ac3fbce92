import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  compressedPart,
  compressionOf,
  hasEntry,
  kernelPayload,
  noteSegments,
} from '../../../harness/image/boot-kernel-format.ts';
import { cpio } from '../../fixtures/image/kernel-files.ts';

/** Of Debian's linux-image-6.12.117+deb13-cloud-amd64: the beginnings of both files, and the notes of the second. */
const captured = (name: string): Buffer =>
  readFileSync(new URL(`../../fixtures/captured/kernel/${name}.bin`, import.meta.url));

describe('the kernel inside a bzImage', () => {
  const vmlinuz = (): Buffer => {
    const image = Buffer.alloc(11_737_024);
    captured('vmlinuz-head').copy(image);
    image.write('28b52ffd', 21_196, 'hex');
    image.writeUInt32LE(57_575_096, 21_196 + 11_486_522 - 4);
    return image;
  };

  it('lies where the header says, less the size that the kernel’s build has added', () => {
    expect(kernelPayload(vmlinuz())).toEqual({
      offset: 21_196,
      bytes: 11_486_518,
      compression: 'zstd',
      unpackedBytes: 57_575_096,
    });
  });

  it('keeps its last four bytes where it is gzip’s, which are its own', () => {
    const image = vmlinuz();
    image.write('1f8b', 21_196, 'hex');
    expect(kernelPayload(image)).toMatchObject({ bytes: 11_486_522, compression: 'gzip' });
  });

  it('may be of a compression that is not known here', () => {
    const image = vmlinuz();
    image.write('BZh9', 21_196, 'latin1');
    expect(kernelPayload(image)).toMatchObject({ compression: undefined });
  });

  it('is not looked for in what is cut short, too old or no kernel', () => {
    expect(kernelPayload(vmlinuz().subarray(0, 11_000_000))).toBeUndefined();
    const old = vmlinuz();
    old.writeUInt16LE(0x207, 0x206);
    expect(kernelPayload(old)).toBeUndefined();
    expect(kernelPayload(Buffer.alloc(4096))).toBeUndefined();
    expect(kernelPayload(Buffer.from('kernel'))).toBeUndefined();
  });
});

describe('an uncompressed kernel', () => {
  it('names its notes in its program headers, and its entries in its notes', () => {
    expect(noteSegments(captured('vmlinux-head'))).toEqual([{ offset: 0x183e948, bytes: 500 }]);
    expect(hasEntry(captured('vmlinux-notes'), 'pvh')).toBe(true);
    expect(hasEntry(captured('vmlinux-notes'), 'pv')).toBe(true);
  });

  it('without that note has no PVH entry', () => {
    const notes = captured('vmlinux-notes');
    // The type of the note before last of Xen's first three: 18 becomes another one.
    const at = notes.indexOf(Buffer.from('1200000058656e00', 'hex'));
    notes.writeUInt32LE(77, at);
    expect(hasEntry(notes, 'pvh')).toBe(false);
    expect(hasEntry(notes, 'pv')).toBe(true);
    expect(hasEntry(Buffer.alloc(0), 'pvh')).toBe(false);
  });

  it('is not read as one where it is of 32 bits, or no ELF file', () => {
    const head = captured('vmlinux-head');
    head[4] = 1;
    expect(noteSegments(head)).toEqual([]);
    expect(noteSegments(Buffer.from('kernel'))).toEqual([]);
  });
});

describe('the compressed part of an initrd', () => {
  const zstd = Buffer.from('28b52ffd00', 'hex');

  it('is all of it, or what follows the plain archives', () => {
    expect(compressedPart(zstd)).toBe(0);
    const early = cpio({ 'kernel/x86/microcode/GenuineIntel.bin': 'microcode' });
    expect(compressedPart(Buffer.concat([early, zstd]))).toBe(early.length);
    expect(compressedPart(Buffer.concat([early, Buffer.alloc(512), early, Buffer.alloc(256), zstd]))).toBe(
      2 * early.length + 768,
    );
  });

  it('is not mistaken for one that lies within a file of a plain archive', () => {
    const early = cpio({ 'module.ko.zst': zstd.toString('latin1') });
    expect(compressedPart(Buffer.concat([early, zstd]))).toBe(early.length);
  });

  it('is empty where all is plain', () => {
    const plain = Buffer.concat([cpio({ init: '#!/bin/sh' }), Buffer.alloc(100)]);
    expect(compressedPart(plain)).toBe(plain.length);
  });

  it('cannot be told where an archive is cut short', () => {
    expect(compressedPart(cpio({ init: '#!/bin/sh' }).subarray(0, 130))).toBeUndefined();
  });

  it('cannot be told where a size is no hexadecimal number: with a sign it would lead backwards, again and again', () => {
    const archive = cpio({ init: '#!/bin/sh' });
    archive.write('-000007c', 54, 'latin1');
    expect(compressedPart(archive)).toBeUndefined();
  });

  it('is empty, too, where the padding behind the last archive is left out', () => {
    const plain = cpio({ init: '#!/bin/sh' });
    expect(compressedPart(plain.subarray(0, -1))).toBe(plain.length - 1);
  });
});

describe('a compression', () => {
  it.each([
    ['fd377a585a00', 'xz'],
    ['02214c18', 'lz4'],
    ['1f8b08', 'gzip'],
    ['425a68', undefined],
    ['', undefined],
  ])('that begins with %s', (magic, name) => {
    expect(compressionOf(Buffer.from(magic, 'hex'))).toBe(name);
  });
});
