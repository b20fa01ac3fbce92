import { describe, expect } from 'vitest';
import {
  compressedPart,
  hasEntry,
  kernelPayload,
  noteSegments,
} from '../../../harness/image/boot-kernel-format.ts';
import { bzImage, cpio, uint32 } from '../../fixtures/image/kernel-files.ts';
import { drawn, holds, staysQuick, type Draw, same } from '../../support/property.ts';

const bytes = (draw: Draw, most: number): Buffer =>
  Buffer.from(
    Array.from({ length: draw.int(0, most) }, () =>
      draw.of([0, 1, 0x30, 0x37, 0x2d, 0xff, draw.int(0, 255)]),
    ),
  );

describe('an initrd', () => {
  const initrd = drawn((draw) => {
    const plain = Buffer.concat(
      draw.some(2, () => cpio({ 'a/file': bytes(draw, 20).toString('latin1'), b: '' })),
    );
    const packed = Buffer.concat([Buffer.from([0x1f]), bytes(draw, 20)]);
    const spoiled = Buffer.from(plain);
    for (let left = draw.int(1, 4); left > 0 && spoiled.length > 0; left -= 1)
      spoiled[draw.int(0, spoiled.length - 1)] = draw.of([0x2d, 0x20, 0x66, 0x30, 0, draw.int(0, 255)]);
    return { plain, packed, spoiled, isPadded: draw.chance(0.5) };
  });

  holds(
    'ends where its plain archives end, and spoiled ones end the search',
    initrd,
    ({ plain, packed, spoiled, isPadded }) => {
      same(compressedPart(Buffer.concat([plain, packed])), plain.length);
      const whole = isPadded
        ? plain
        : plain.subarray(0, plain.length - (plain.length > 0 && plain.at(-1) === 0 ? 1 : 0));
      same(compressedPart(whole), whole.length);
      expect(compressedPart(spoiled) ?? 0).toBeLessThanOrEqual(spoiled.length);
    },
  );

  const entry = cpio({ a: 'bcde' }).subarray(0, 120).toString('latin1');
  staysQuick(
    'bytes',
    ['070701', entry, `070701${'-0000001'.repeat(13)}`, `070701${'f'.repeat(104)}`],
    (text) => compressedPart(Buffer.from(text, 'latin1')),
  );
});

describe('a kernel', () => {
  const image = drawn((draw) => {
    const payload = Buffer.concat([Buffer.from([0x28, 0xb5, 0x2f, 0xfd]), bytes(draw, 60)]);
    const size = draw.int(0, 2 ** 31);
    const whole = bzImage(payload, uint32(size));
    const spoiled = Buffer.from(whole);
    for (const at of [0x1f1, 0x206, 0x248, 0x249, 0x24b, 0x24c, 0x24f])
      if (draw.chance(0.2)) spoiled[at] = draw.int(0, 255);
    return { payload, size, whole, spoiled: spoiled.subarray(0, draw.int(0, spoiled.length)) };
  });

  holds('has its payload where its header says, inside of it', image, ({ payload, size, whole, spoiled }) => {
    same(kernelPayload(whole), {
      offset: whole.indexOf(payload),
      bytes: payload.length,
      compression: 'zstd',
      unpackedBytes: size,
    });
    const { offset = 0, bytes: length = 0 } = kernelPayload(spoiled) ?? {};
    expect(offset + length).toBeLessThanOrEqual(spoiled.length);
  });

  const notes = drawn((draw) => {
    const head = Buffer.alloc(200);
    head.writeUInt32BE(0x7f454c46, 0);
    head.set([2, 1], 4);
    head.writeBigUInt64LE(draw.chance(0.8) ? 64n : BigInt(draw.int(0, 2 ** 50)), 32);
    head.writeUInt16LE(draw.int(0, 65_535), 56);
    head.writeUInt32LE(4, 64);
    const note = Buffer.concat([
      Buffer.from([4, 0, 0, 0, 8, 0, 0, 0, 18, 0, 0, 0]),
      Buffer.from('Xen\0'),
      Buffer.alloc(8),
    ]);
    const other = Buffer.concat([
      Buffer.from([4, 0, 0, 0, draw.int(0, 8), 0, 0, 0, 1, 0, 0, 0]),
      Buffer.from('Xen\0'),
      Buffer.alloc(8),
    ]);
    return { head: head.subarray(0, draw.int(0, 200)), note, other, junk: bytes(draw, 60) };
  });

  holds('has its PVH entry found among other notes', notes, ({ head, note, other, junk }) => {
    for (const { offset, bytes: length } of noteSegments(head))
      expect(Math.min(offset, length)).toBeGreaterThanOrEqual(0);
    same(hasEntry(note, 'pvh'), true);
    same(hasEntry(Buffer.concat([note, junk]), 'pvh'), true);
    hasEntry(junk, 'pvh');
    hasEntry(other, 'pvh');
  });

  staysQuick('bytes', ['\x7fELF\x02\x01', '\x04\0\0\0'], (text) => [
    hasEntry(Buffer.from(text, 'latin1'), 'pvh'),
    noteSegments(Buffer.from(text, 'latin1')),
    kernelPayload(Buffer.from(text, 'latin1')),
  ]);
});
