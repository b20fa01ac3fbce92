import { agreement } from './agreement.ts';
import type { Benchmark } from './benchmark.ts';
import { firstBoot } from './first-boot.ts';
import { largeComparison } from './large-comparison.ts';
import { largeFleet } from './large-fleet.ts';
import { largeReport } from './large-report.ts';
import { launchCost } from './launch-cost.ts';
import { observerEffect } from './observer-effect.ts';
import { overhead } from './overhead.ts';
import { peakMemory } from './peak-memory.ts';
import { roundTrip } from './round-trip.ts';

/** Every benchmark, in the order in which they run. */
export const benchmarks: readonly Benchmark[] = [
  observerEffect,
  agreement,
  overhead,
  firstBoot,
  peakMemory,
  largeReport,
  largeComparison,
  roundTrip,
  launchCost,
  largeFleet,
];
