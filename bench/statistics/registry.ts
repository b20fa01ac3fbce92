import { changePoints } from './studies/change-points.ts';
import { coverage } from './studies/coverage.ts';
import { realBoots } from './studies/real-boots.ts';
import { falseAlarms, power } from './studies/compare.ts';
import { sequentialAlarms, sequentialPasses, sequentialPower } from './studies/ab.ts';
import { vmOverContainer } from './studies/vm-over-container.ts';
import { drifts } from './studies/drifts.ts';
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
  realBoots,
  drifts,
];
