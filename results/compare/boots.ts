import { summariseBoots } from '../summary.ts';
import type { PooledSide } from './pool.ts';

/** How many measured boots a side began in a runtime, and how many failed, in any scenario. */
export interface BootCount {
  begun: number;
  failed: number;
}

export function countBoots(side: PooledSide, runtime: string): BootCount {
  const counts = side.records.map(({ samples }) =>
    summariseBoots(
      runtime,
      samples.filter(({ phase }) => phase === 'measured'),
    ),
  );
  return {
    begun: counts.reduce((sum, { begun }) => sum + begun, 0),
    failed: counts.reduce((sum, { failed }) => sum + failed, 0),
  };
}

/** `3 of 20 boots failed`, `no boot was measured` */
export function bootsText({ begun, failed }: BootCount): string {
  return begun === 0 ? 'no boot was measured' : `${failed} of ${begun} boots failed`;
}
