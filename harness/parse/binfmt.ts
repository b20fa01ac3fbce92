/** An interpreter that the kernel starts for programs of some kind (Documentation/admin-guide/binfmt-misc.rst). */
export interface BinfmtEntry {
  enabled: boolean;
  /** Path on the host. */
  interpreter: string;
  /** The interpreter was opened when it was registered, so that it is found inside every root (flag F). */
  isFixed: boolean;
  offset: number;
  magic: Buffer;
  /** As long as the magic. */
  mask: Buffer;
}

/** A file of `/proc/sys/fs/binfmt_misc`; `undefined` for what tells programs apart by their file name, or is none. */
export function parseBinfmtEntry(text: string): BinfmtEntry | undefined {
  const [state, ...lines] = text.trim().split('\n');
  const fields = new Map(
    lines.map((line) => [line.split(' ')[0]?.replace(':', ''), line.split(' ')[1] ?? '']),
  );
  const [interpreter, magic] = [fields.get('interpreter'), fields.get('magic')];
  if (interpreter === undefined || magic === undefined) return undefined;
  const magicBytes = Buffer.from(magic, 'hex');
  return {
    enabled: state === 'enabled',
    interpreter,
    isFixed: fields.get('flags')?.includes('F') === true,
    offset: Number(fields.get('offset') ?? 0),
    magic: magicBytes,
    mask: Buffer.from(fields.get('mask') ?? 'ff'.repeat(magicBytes.length), 'hex'),
  };
}

/** Whether the kernel would take this interpreter for a program that begins with `head`. */
export function takesProgram({ enabled, offset, magic, mask }: BinfmtEntry, head: Buffer): boolean {
  if (!enabled || magic.length === 0 || offset + magic.length > head.length) return false;
  return magic.every((byte, at) => (((head[offset + at] ?? 0) ^ byte) & (mask[at] ?? 0xff)) === 0);
}
