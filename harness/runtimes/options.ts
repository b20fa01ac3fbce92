import { z } from 'zod';
import { parseBytes } from '../../core/units.ts';

/** A size as QEMU and systemd write it, `512M`, in bytes. */
export const sizeOption = (range: { min: number; max: number }) =>
  z
    .string()
    .transform((text, context) => {
      const bytes = parseBytes(text);
      if (bytes === undefined) context.addIssue(`"${text}" is no size; write 512M or 2G`);
      return bytes ?? 0;
    })
    .pipe(z.number().min(range.min).max(range.max));

/** A whole number in a range. */
export const countOption = (range: { min: number; max: number }) =>
  z
    .string()
    .regex(/^\d{1,9}$/, 'not a whole number')
    .transform(Number)
    .pipe(z.number().min(range.min).max(range.max));
