/** What the guest writes to its first serial port when it runs. */
export const GUEST_WORD = 'twinboot guest runs';

/** QEMU's exit code when the guest itself ended it: isa-debug-exit answers a byte with twice the byte plus one. */
export const GUEST_EXIT_CODE = 0x31 * 2 + 1;

/** I/O port that the guest ends QEMU by; QEMU is told to put isa-debug-exit there. */
export const EXIT_PORT = 0xf4;

const SECTOR_BYTES = 512;
const MESSAGE_OFFSET = 0x25;

/** 16-bit real-mode code as the firmware loads it to 0x7c00. Jumps are relative, so only the message has an address. */
// prettier-ignore
const CODE = [
  0x31, 0xc0,                         // 00  xor ax, ax
  0x8e, 0xd8,                         // 02  mov ds, ax
  0xbe, MESSAGE_OFFSET, 0x7c,         // 04  mov si, 0x7c00 + MESSAGE_OFFSET
  0xac,                               // 07  next: lodsb
  0x84, 0xc0,                         // 08  test al, al
  0x74, 0x12,                         // 0a  jz done
  0x88, 0xc4,                         // 0c  mov ah, al
  0xba, 0xfd, 0x03,                   // 0e  mov dx, 0x3fd        the first serial port's line status
  0xec,                               // 11  wait: in al, dx
  0xa8, 0x20,                         // 12  test al, 0x20        ready for a byte?
  0x74, 0xfb,                         // 14  jz wait
  0xba, 0xf8, 0x03,                   // 16  mov dx, 0x3f8        its data
  0x88, 0xe0,                         // 19  mov al, ah
  0xee,                               // 1b  out dx, al
  0xeb, 0xe9,                         // 1c  jmp next
  0xb0, 0x31,                         // 1e  done: mov al, 0x31
  0xe6, EXIT_PORT,                    // 20  out EXIT_PORT, al    QEMU ends here
  0xf4,                               // 22  stop: hlt
  0xeb, 0xfd,                         // 23  jmp stop
];

/** The smallest guest there is for a PC: a boot sector that writes one line to the serial port and ends QEMU. */
export function bootSector(): Buffer {
  const sector = Buffer.alloc(SECTOR_BYTES);
  Buffer.from(CODE).copy(sector);
  sector.write(`${GUEST_WORD}\r\n\0`, MESSAGE_OFFSET, 'latin1');
  // The firmware's mark of a sector that can be booted.
  sector.writeUInt16LE(0xaa55, SECTOR_BYTES - 2);
  return sector;
}
