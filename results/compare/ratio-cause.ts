import { plainLine } from '../../core/text.ts';
import { formatFactor } from '../../core/words.ts';
import type { ComparisonRow } from './comparison.ts';

/** One side of a ratio: RuntimeDescription.id, and how many times BASE its own median is. */
export interface RatioSide {
  id: string;
  times: number;
}

/** The share of a ratio's change that one side must have to be named alone. */
const MOST_OF_IT = 2 / 3;

/**
 * Whether a VM over a container moved with the VM or with the container: `the ratio moved because nspawn got better
 * (0.800 times what it was), not qemu (1.01 times what it was)`. By medians on a scale of factors: a hint beside a
 * verdict, and none itself. `undefined` where a side has no figure above 0, or neither moved that way. `times`: of the
 * ratio.
 */
export function ratioCause(
  times: number,
  { vm, container }: { vm: RatioSide; container: RatioSide },
  better: ComparisonRow['better'],
): string | undefined {
  const direction = Math.sign(Math.log(times));
  const ofVm = direction * Math.log(vm.times);
  const ofContainer = -direction * Math.log(container.times);
  if (![ofVm, ofContainer].every(Number.isFinite) || direction === 0) return undefined;
  const most = MOST_OF_IT * (Math.max(0, ofVm) + Math.max(0, ofContainer));
  if (most === 0) return undefined;
  const [of, not] = ofContainer >= most ? [container, vm] : [vm, container];
  if (Math.max(ofVm, ofContainer) < most) {
    return `the ratio moved because both did: ${sideText(vm, better)}, ${sideText(container, better)}`;
  }
  return `the ratio moved because ${sideText(of, better)}, not ${idText(not)}`;
}

/** `nspawn got better (0.800 times what it was)` */
function sideText(side: RatioSide, better: ComparisonRow['better']): string {
  const way = side.times > 1 ? 'higher' : 'lower';
  const did = better === 'none' ? `is ${way}` : `got ${way === better ? 'better' : 'worse'}`;
  return plainLine(side.id, 80) + ` ${did} (${timesText(side)})`;
}

function idText(side: RatioSide): string {
  return `${plainLine(side.id, 80)} (${timesText(side)})`;
}

function timesText({ times }: RatioSide): string {
  return `${formatFactor(times)} times what it was`;
}
