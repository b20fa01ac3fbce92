import { InvalidArgumentError } from 'commander';
import { Option, type Command, type OptionValues } from '@commander-js/extra-typings';
import { defined } from '../../../core/defined.ts';
import { usageError } from '../../../core/error.ts';
import { GIB, MIB } from '../../../core/units.ts';
import { formatList } from '../../../core/words.ts';
import { DEFAULT_RESERVE } from '../../../results/capacity/question.ts';
import { fleetPlanSchema, type FleetPlan } from '../../../results/record.ts';
import type { Scenario } from '../../contract/scenario.ts';
import { surveyOf } from '../../fleet/registry.ts';
import { size, wholeNumber } from '../arguments.ts';
import type { PlanChoices, WarmupChoice } from './run-options.ts';
import { surveyedScenarios } from './scenarios.ts';

const defaults = {
  /** Six steps: a slope has a 95 % interval from five on. */
  instances: [1, 2, 3, 4, 6, 8],
  bursts: [1, 2, 4, 8],
} as const;

/** What the options of a fleet parse to. */
export interface FleetChoices {
  series: number;
  instances?: number[] | undefined;
  until: FleetPlan['until'];
  parallel?: number | undefined;
  bursts?: number[] | undefined;
  reserve?: number | undefined;
  raiseLimits: boolean;
  runKsm: boolean;
}

const planKeys: Record<keyof FleetChoices, keyof FleetPlan> = {
  instances: 'instances',
  until: 'until',
  parallel: 'parallel',
  runKsm: 'runKsm',
  bursts: 'bursts',
  series: 'series',
  reserve: 'reserveBytes',
  raiseLimits: 'raiseLimits',
};

/** The scenarios that take an option. */
export function takersOf(option: keyof FleetChoices): string[] {
  const key = planKeys[option];
  return surveyedScenarios
    .filter(({ takes }) => key === 'series' || takes?.includes(key))
    .map(({ id }) => id);
}

const groupOf = (option: keyof FleetChoices): string => `Options of ${formatList(takersOf(option))}:`;

/** Adds the options of the scenarios of a fleet, grouped in the help by the scenarios that take them. */
export function addFleetOptions<Args extends unknown[], Options extends OptionValues>(
  command: Command<Args, Options>,
): Command<Args, Options & FleetChoices> {
  command
    .addOption(
      new Option(
        '--instances <n,…>',
        `how many live at once, step by step (default: ${defaults.instances.join()})`,
      )
        .argParser(ascending(100_000))
        .helpGroup(groupOf('instances')),
    )
    .addOption(
      new Option(
        '--until <end>',
        'go no further than --instances (count), or on until memory is short or an instance fails',
      )
        .choices(fleetPlanSchema.shape.until.options)
        .default('count' as const)
        .helpGroup(groupOf('until')),
    )
    .addOption(
      new Option('--parallel <n>', 'how many boot at a time (default: 1)')
        .argParser(parallel)
        .helpGroup(groupOf('parallel')),
    )
    .addOption(
      new Option('--run-ksm', 'let KSM run while a runtime with ksm=on is surveyed')
        .default(false)
        .helpGroup(groupOf('runKsm')),
    )
    .addOption(
      new Option(
        '--bursts <n,…>',
        `how many start at once, burst by burst (default: ${defaults.bursts.join()})`,
      )
        .argParser(ascending(10_000))
        .helpGroup(groupOf('bursts')),
    )
    .addOption(
      new Option('--series <n>', 'how often each scenario is gone through')
        .argParser(wholeNumber(1, 100))
        .default(1)
        .helpGroup(groupOf('series')),
    )
    .addOption(
      new Option('--reserve <size>', `memory of the host that is left alone (default: ${DEFAULT_RESERVE})`)
        .argParser(size(64 * MIB, 1024 * GIB))
        .helpGroup(groupOf('reserve')),
    )
    .addOption(
      new Option(
        '--raise-limits',
        'raise limits of the host that a fleet would run into, and put them back afterwards',
      )
        .default(false)
        .helpGroup(groupOf('raiseLimits')),
    );
  // As in addBootOptions, the inferred type is not one to write down.
  return command as unknown as Command<Args, Options & FleetChoices>;
}

/** Errors: `option-without-scenario`, where an option was given and no scenario that takes it is asked. */
export function requireTakers(
  command: Pick<Command, 'getOptionValueSource'>,
  asked: readonly string[],
): void {
  for (const option of Object.keys(planKeys) as (keyof FleetChoices)[]) {
    const scenarios = takersOf(option);
    if (command.getOptionValueSource(option) !== 'cli' || scenarios.some((id) => asked.includes(id)))
      continue;
    const name = `--${option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    const replaced = option === 'parallel' && takersOf('bursts').some((id) => asked.includes(id));
    throw usageError('option-without-scenario', `${name} is an option of ${formatList(scenarios)}`, {
      hint: replaced
        ? 'how many a storm starts at once is --bursts'
        : `leave it out, or ask for ${scenarios.length === 1 ? 'that scenario' : 'one of them'}`,
    });
  }
}

/**
 * The rounds of a plan, and its fleet: without a scenario of single boots there are no rounds to go, and without one of
 * a fleet there is no fleet. What is not said of a fleet is as `twinboot run` has it; of rounds, as `planOf`.
 */
export function roundsOf(
  asked: readonly Scenario[],
  { rounds, warmup, ...fleet }: RoundChoices & Partial<FleetChoices>,
): Pick<PlanChoices, 'rounds' | 'warmup' | 'fleet'> {
  const hasRounds = asked.some((scenario) => surveyOf(scenario) === undefined);
  const hasSurveys = asked.some((scenario) => surveyOf(scenario) !== undefined);
  return {
    ...(hasRounds ? defined({ rounds, warmup }) : NO_ROUNDS),
    ...(hasSurveys && { fleet: fleetPlanOf(fleet) }),
  };
}

interface RoundChoices {
  rounds?: number | undefined;
  warmup?: WarmupChoice | undefined;
}

const NO_ROUNDS = { rounds: 0, warmup: 0 };

function fleetPlanOf({
  series = 1,
  instances,
  until = 'count',
  parallel = 1,
  bursts,
  reserve,
  raiseLimits = false,
  runKsm = false,
}: Partial<FleetChoices>): FleetPlan {
  return {
    series,
    instances: instances ?? [...defaults.instances],
    until,
    bursts: bursts ?? [...defaults.bursts],
    parallel,
    raiseLimits,
    runKsm,
    ...(reserve === undefined ? {} : { reserveBytes: reserve }),
  };
}

/** It once took the bursts of a storm, too. */
function parallel(text: string): number {
  if (text.includes(',')) {
    throw new InvalidArgumentError('It is one number. How many a storm starts at once is --bursts.');
  }
  return wholeNumber(1, 10_000)(text);
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
