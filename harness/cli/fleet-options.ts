import { InvalidArgumentError } from 'commander';
import { Option } from '@commander-js/extra-typings';
import { GIB, MIB } from '../../core/units.ts';
import { DEFAULT_RESERVE } from '../../results/capacity/question.ts';
import { fleetPlanSchema, type FleetPlan } from '../../results/record.ts';
import { size, wholeNumber } from './arguments.ts';

const defaults = {
  /** Six steps: a slope has a 95 % interval from five on. */
  instances: [1, 2, 3, 4, 6, 8],
  bursts: [1, 2, 4, 8],
} as const;

/** What the scenarios of a fleet take. */
export const fleetOptions = {
  instances: () =>
    new Option(
      '--instances <n,…>',
      `density: how many live at once, step by step (default: ${defaults.instances.join()})`,
    ).argParser(ascending(100_000)),
  series: () =>
    new Option('--series <n>', 'scenarios of a fleet: how often each is gone through')
      .argParser(wholeNumber(1, 100))
      .default(1),
  until: () =>
    new Option(
      '--until <end>',
      'density: go no further than --instances (count), or on until memory is short or an instance fails',
    )
      .choices(fleetPlanSchema.shape.until.options)
      .default('count' as const),
  parallel: () =>
    new Option(
      '--parallel <n,…>',
      `storm: how many start at once, in turn (default: ${defaults.bursts.join()}); density: how many boot at a time (default: 1)`,
    ).argParser(ascending(10_000)),
  reserve: () =>
    new Option(
      '--reserve <size>',
      `density: memory of the host that is left alone (default: ${DEFAULT_RESERVE})`,
    ).argParser(size(64 * MIB, 1024 * GIB)),
  raiseLimits: () =>
    new Option(
      '--raise-limits',
      'raise limits of the host that a fleet would run into, and put them back afterwards',
    ).default(false),
  runKsm: () => new Option('--run-ksm', 'let KSM run while a runtime with ksm=on is surveyed').default(false),
};

export interface FleetChoices {
  series: number;
  instances?: number[] | undefined;
  until: FleetPlan['until'];
  parallel?: number[] | undefined;
  reserve?: number | undefined;
  raiseLimits: boolean;
  runKsm: boolean;
}

export function fleetPlanOf({
  series,
  instances,
  until,
  parallel,
  reserve,
  raiseLimits,
  runKsm,
}: FleetChoices): FleetPlan {
  return {
    series,
    instances: instances ?? [...defaults.instances],
    until,
    bursts: parallel ?? [...defaults.bursts],
    parallel: parallel?.at(-1) ?? 1,
    raiseLimits,
    runKsm,
    ...(reserve === undefined ? {} : { reserveBytes: reserve }),
  };
}

/** `1,2,4`: whole numbers, each larger than the one before. */
function ascending(most: number): (text: string) => number[] {
  return (text) => {
    const numbers = text.split(',').map(Number);
    const isGood = numbers.every(
      (number, index) =>
        Number.isInteger(number) && number >= 1 && number <= most && number > (numbers[index - 1] ?? 0),
    );
    if (!isGood || !/^[\d,]+$/.test(text)) {
      throw new InvalidArgumentError(
        `It is one whole number or several, each from 1 to ${most} and larger than the one before: 1,2,4,8.`,
      );
    }
    return numbers;
  };
}
