import { usageError } from '../../core/error.ts';
import { suggestion } from '../../core/suggest.ts';
import { changePoints } from './studies/change-points.ts';
import { coverage } from './studies/coverage.ts';
import { falseAlarms } from './studies/false-alarms.ts';
import { power } from './studies/power.ts';
import { sequentialAlarms } from './studies/sequential-alarms.ts';
import { sequentialPasses } from './studies/sequential-passes.ts';
import { sequentialPower } from './studies/sequential-power.ts';
import { vmOverContainer } from './studies/vm-over-container.ts';
import type { Study } from './study.ts';

export const studies: readonly Study[] = [
  ...falseAlarms,
  ...sequentialAlarms,
  sequentialPasses,
  power,
  sequentialPower,
  ...coverage,
  vmOverContainer,
  changePoints,
];

/** Errors: `unknown-study`, with the nearest match. */
export function findStudy(id: string): Study {
  const found = studies.find((study) => study.id === id);
  if (found !== undefined) return found;
  const known = studies.map((study) => study.id);
  throw usageError('unknown-study', `unknown study "${id}"`, { hint: suggestion(id, known) });
}
