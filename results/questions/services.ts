import { formatBytes } from '../../core/units.ts';
import { formatCount } from '../../core/words.ts';
import type { MeasuredFigures, Question } from './question.ts';

export const services: Question = {
  id: 'services',
  // The structural differences name each service, without any statistics, and `memory.total` holds their memory.
  notCompared: 'all',
  explainsOthers: true,
  inBrief: ['services.running', 'services.repeated-anon'],
  hasOwnChart: true,
  sentences: {
    'services.repeated-anon': {
      verb: (value) => `took ${value} of anonymous memory for services that each further instance repeats`,
      counted: { metric: 'services.repeated', of: (count) => formatCount(count, 'service') },
    },
    'services.duplicated-pss': {
      verb: (value) => `spent ${value} (PSS) on services that the host runs already`,
      isOfHostServices: true,
    },
  },
  notes: [besideTheWaterfall],
};

/** How far both sums have to be apart, for a reader to stumble over them. */
const FAR_APART = 1.25;

/** Both sums of services are shown: one of all that they map, one of what is theirs alone. */
function besideTheWaterfall({ median }: MeasuredFigures): string | undefined {
  const [pss, duplicated, other] = [
    median('services.pss'),
    median('memory.duplicated-services'),
    median('memory.other-services'),
  ];
  if (pss === undefined || (duplicated === undefined && other === undefined)) return undefined;
  const anonymous = (duplicated ?? 0) + (other ?? 0);
  if (pss < anonymous * FAR_APART) return undefined;
  return (
    `its services take ${formatBytes(pss)} here (PSS) and ${formatBytes(anonymous)} in the waterfall of memory, where they ` +
    'have their anonymous memory alone: their programs and libraries are part of a page cache there.'
  );
}
