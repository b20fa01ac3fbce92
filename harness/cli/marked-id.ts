import { markedSubject } from '../../results/marks.ts';
import type { RuntimeDescription } from '../../results/record.ts';

/** A runtime in a table: `qemu *` where it was emulated; what the asterisk means stands below the table. */
export function markedId({ id, emulated }: Pick<RuntimeDescription, 'id' | 'emulated'>): string {
  return markedSubject(id, { emulated });
}
