import type { PooledSide } from './pool.ts';

/** How many measured boots a side began in a runtime, and how many failed, in any scenario. */
export interface BootCount {
  begun: number;
  failed: number;
}

export function countBoots(side: PooledSide, runtime: string): BootCount {
  const counts = side.records.map(({ samples }) => {
    const measured = samples.filter((sample) => sample.runtime === runtime && sample.phase === 'measured');
    const failed = measured.filter(({ outcome }) => outcome !== 'ok');
    const boots = (of: typeof measured): number => new Set(of.map(({ boot }) => boot)).size;
    return { begun: boots(measured), failed: boots(failed) };
  });
  return {
    begun: counts.reduce((sum, { begun }) => sum + begun, 0),
    failed: counts.reduce((sum, { failed }) => sum + failed, 0),
  };
}

/** `3 of 20 boots failed` */
export function bootsText({ begun, failed }: BootCount): string {
  return `${failed} of ${begun} boots failed`;
}
