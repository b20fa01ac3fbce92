import { usageError } from '../../../../core/error.ts';
import { suggestion } from '../../../../core/suggest.ts';
import type { KnownNames } from '../../../../results/gate/check-names.ts';
import { scenarios } from '../../../fixtures/records/scenarios.ts';

/** The names of a twinboot with four runtimes and the fixtures' scenarios. */
export const known: KnownNames = {
  scenarios: Object.keys(scenarios),
  takersOf: (key) => (['series', 'instances', 'parallel'].includes(key) ? ['density'] : []),
  metrics: Object.values(scenarios).flatMap(({ id, metrics }) =>
    metrics.map((metric) => ({ id: metric.id, unit: metric.unit, scenario: id })),
  ),
  defaultRuntimes: ['nspawn', 'qemu'],
  runtimes: (text) => {
    const ids = ['nspawn', 'qemu', 'qemu:machine=pc', 'lxc'];
    if (text === 'all') return ids.map((id) => ({ id, optional: true }));
    if (ids.includes(text)) return [{ id: text, optional: false }];
    throw usageError('unknown-runtime', `unknown runtime "${text}"`, { hint: suggestion(text, ids) });
  },
};
