import { formatCount } from '../core/words.ts';
import { percentText } from './compare/row-text.ts';
import type { BootSummary } from './summary.ts';

/** How many of a runtime's measured boots may fail: so many, or a share of those that were begun. */
export type FailedBootsLimit = { boots: number } | { share: number };

/** Unless somebody knows better. */
export const NO_FAILED_BOOTS: FailedBootsLimit = { boots: 0 };

type Boots = Pick<BootSummary, 'begun' | 'failed'>;

/** A share is of all boots that were begun: 2 of 20 are within 10 %, 2 of 19 are not. */
export function isWithinLimit({ begun, failed }: Boots, limit: FailedBootsLimit): boolean {
  return 'boots' in limit ? failed <= limit.boots : failed * WHOLE <= Math.round(limit.share * WHOLE) * begun;
}

/** Shares are as precise as they can be written: in whole numbers, 0.1 of 20 boots is 2 and not a little less. */
const WHOLE = 1e8;

/** `1 of 20 (5 %)`, `0 of 20` */
export function failedText({ begun, failed }: Boots): string {
  const share = failed === 0 ? '' : ` (${Number(((failed / begun) * 100).toPrecision(2))} %)`;
  return `${failed} of ${begun}${share}`;
}

/** `2`, `10 %` */
export function limitText(limit: FailedBootsLimit): string {
  return 'boots' in limit ? String(limit.boots) : percentText(limit.share);
}

/** What a limit that is made use of has to say, so that it hides nothing; `undefined` where no boot failed. */
export function borneText(runtime: string, boots: Boots, limit: FailedBootsLimit): string | undefined {
  if (boots.failed === 0 || !isWithinLimit(boots, limit)) return undefined;
  return (
    `${runtime}: ${failedText(boots)} boots failed, within the limit of ${limitText(limit)}; ` +
    `the figures are of the other ${formatCount(boots.begun - boots.failed, 'boot')}`
  );
}
