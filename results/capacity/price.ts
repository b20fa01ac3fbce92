import { formatWhole } from '../../core/units.ts';
import type { Estimate, PlanFigures, Price } from './capacity-plan.ts';
import { eachEnd } from './estimate.ts';
import type { CompleteQuestion } from './question.ts';

/** What one host costs, over how many instances it holds; or all hosts, over the instances that are wanted. */
export function priceOf(
  { instances: perHost, hosts }: Pick<PlanFigures, 'instances' | 'hosts'>,
  { hostPrice, instances: wanted }: CompleteQuestion,
): Pick<PlanFigures, 'price'> {
  if (hostPrice === undefined) return {};
  const { amount } = hostPrice;
  if (wanted === undefined) return perHost.value === 0 ? {} : { price: { each: shared(amount, perHost) } };
  if (hosts === undefined) return {};
  const total = eachEnd(hosts, (count) => count * amount);
  return { price: { each: eachEnd(total, (all) => all * (1 / wanted)), total } };
}

/** The more instances, the less for each: the ends change places. */
function shared(amount: number, { value, interval }: Estimate): Estimate {
  if (interval === undefined) return { value: amount / value };
  const low = interval.high === undefined ? 0 : amount / interval.high;
  return {
    value: amount / value,
    interval: interval.low === 0 ? { low } : { low, high: amount / interval.low },
  };
}

const threeDigits = new Intl.NumberFormat('en', { minimumSignificantDigits: 3, maximumSignificantDigits: 3 });

const asTyped = new Intl.NumberFormat('en', { maximumFractionDigits: 4 });

/** `$1,200.5`: all that was typed. */
export function hostPriceText({ amount, before, after }: Price): string {
  return `${before}${asTyped.format(amount)}${after}`;
}

/** `€0.0663`, `1,800 EUR`; three significant digits, and all of those before the point. */
export function priceText({ before, after }: Price): (amount: number) => string {
  return (amount) => `${before}${amount >= 100 ? formatWhole(amount) : threeDigits.format(amount)}${after}`;
}
