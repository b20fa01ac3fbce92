import { formatCount } from '../../core/words.ts';
import type { Question } from './question.ts';

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
};
