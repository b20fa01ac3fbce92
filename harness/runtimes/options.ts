import { z } from 'zod';
import { formatBytes, parseBytes } from '../../core/units.ts';

interface Range {
  min: number;
  max: number;
}

/** A size as QEMU and systemd write it, `512M`, in bytes. */
export const sizeOption = (range: Range) =>
  z
    .string()
    .transform((text, context) => {
      const bytes = parseBytes(text);
      if (bytes !== undefined) return bytes;
      context.addIssue('not a size; write 512M or 2G');
      return z.NEVER;
    })
    .refine(inRange(range), `not from ${formatBytes(range.min)} to ${formatBytes(range.max)}`);

export const countOption = (range: Range) =>
  z
    .string()
    .regex(/^\d{1,10}$/, 'not a whole number')
    .transform(Number)
    .refine(inRange(range), `not from ${range.min} to ${range.max}`);

function inRange({ min, max }: Range): (value: number) => boolean {
  return (value) => value >= min && value <= max;
}
