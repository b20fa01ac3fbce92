import { NOTHING } from '../../core/words.ts';
import { markTexts } from '../marks.ts';
import type { GateFinding } from './verdict.ts';

/** `startup.ready max in nspawn`; what belongs to the whole run has no place to name. */
export function ruleName({ rule, subject }: GateFinding): string {
  return WHOLE.includes(subject) ? rule : `${rule} in ${subject}`;
}

/** The subjects of rules that are about no runtime. */
const WHOLE = ['run', 'image', 'baseline'];

/** `2.31 s [2.20 s, 2.40 s], n = 20 (at most 2 s)`: what was found, the limit, and what else there is to say. */
export function rowEvidence(row: GateFinding): string {
  const { measured, limit, reason } = row;
  const why = reason === undefined ? [] : [reason];
  if (measured === NOTHING) return reason ?? limit;
  return `${measured} (${[limit, ...why, ...markTexts(row)].join('; ')})`;
}
